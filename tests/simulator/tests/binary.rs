//! The program: one line on stdout, and an end when it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tiktok-simulator");

#[test]
fn the_program_says_where_it_listens_and_ends_with_its_stdin() {
    let mut program = Command::new(PROGRAM)
        .args(["--generate", "3x7", "--print-requests", "--until-stdin-closes"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(program.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on http://").unwrap();

    let mut stream = TcpStream::connect(address).unwrap();
    let request = "GET /open_api/v1.3/bc/get/ HTTP/1.1\r\nAccess-Token: generated-token\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(r#""total_number":3"#), "{answer}");

    drop(program.stdin.take());
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stderr).unwrap();
    assert!(printed.contains("GET /open_api/v1.3/bc/get/") && !printed.contains("generated-token"), "{printed}");
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn a_world_file_that_is_refused_is_named() {
    let output = Command::new(PROGRAM).args(["--world", "/no/such/world.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("/no/such/world.toml"));
}
