//! Calls the program and says what it answered.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What the program answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it said beside that.
    pub err: String,
}

/// Calls the program in the folder of the scenarios.
pub fn lambdarium(args: &[&str]) -> Answer {
    given("", args)
}

/// Calls the program with something on its standard input.
pub fn given(input: &str, args: &[&str]) -> Answer {
    let mut child = command(args).stdin(Stdio::piped()).spawn().expect("the program");
    let mut stdin = child.stdin.take().expect("its input");
    // It need not read all of what is too large.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("an answer");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Answer {
        code: status.code().expect("an exit code"),
        out: text(stdout),
        err: text(stderr),
    }
}

/// The program, not yet started.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambdarium"));
    command
        .args(args)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The program did what it was asked for; this is what it printed.
pub fn done(answer: Answer) -> String {
    assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{}", answer.out);
    answer.out
}
