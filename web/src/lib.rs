//! The Lambdarium page.
