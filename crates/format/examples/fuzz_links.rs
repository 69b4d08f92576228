//! Opens many hostile links: `cargo run --release -p lambdarium-format --example
//! fuzz_links -- COUNT [SEED]`. It ends without a word if none did harm.

#[path = "../tests/any/mod.rs"]
mod any;
#[path = "../tests/hostile/mod.rs"]
mod hostile;

use any::Numbers;

const GOOD: [&str; 2] = [
    include_str!("../../../scenarios/links/one-function-one-source.txt"),
    include_str!("../../../scenarios/links/three-functions-four-sources.txt"),
];

fn main() {
    let numbers: Vec<u64> =
        std::env::args().skip(1).filter_map(|n| n.parse().ok()).collect();
    let count = numbers.first().copied().unwrap_or(1_000_000);
    let seed = numbers.get(1).copied().unwrap_or(0);
    let good = GOOD.map(|link| link.trim().to_string());
    hostile::attack(&mut Numbers(seed), &good, count);
}
