//! The program of the embedded player, with all there is.

/// Half the code of the usual allocator, and quicker.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {
    lambdarium_web::program::embed();
}
