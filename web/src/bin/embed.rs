//! The program of the embedded player.

/// Half the code of the usual allocator, and quicker.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {
    lambdarium_web::program::embed();
}
