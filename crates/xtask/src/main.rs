//! The project's own commands. `cargo xtask serve` shows the page, `build` makes the site
//! to publish, `test` checks everything. Each installs what it needs first.

mod command;
mod error;
mod house;
mod progress;
mod serve;
mod site;
mod test;
mod tools;

use std::process::ExitCode;

use error::{Error, Result};
use house::House;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  serve [--port N]   build the page and serve it on this machine
  build              build the static site into dist/, and measure it
  test [STAGE…]      check everything, or only: format, lints, native, wasm, site

Each command installs what is missing, and says so.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let house = House::find();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve"] => serve::run(&house, None),
        ["serve", "--port", port] => serve::run(&house, Some(parse_port(port)?)),
        ["build"] => site::publish(&house),
        ["test", stages @ ..] => test::run(&house, stages),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        [] | [_, ..] => Err(Error::Usage(USAGE)),
    }
}

fn parse_port(text: &str) -> Result<u16> {
    text.parse().map_err(|_| Error::Port(text.into()))
}
