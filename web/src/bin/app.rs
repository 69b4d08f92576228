//! The program of the page and of its worker.

/// Half the code of the usual allocator, and quicker.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {
    lambdarium_web::program::app();
}
