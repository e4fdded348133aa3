//! The program: parse, start, call, end.

fn main() {}
