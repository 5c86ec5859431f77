// SPDX-License-Identifier: MIT
//
// The line server in Rust: a thread per connection, std::io's buffers on both sides.
//
//   line_server (flush|tied|count)
use std::io::{BufRead, BufReader, BufWriter, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn echo(stream: &TcpStream) -> Result<()> {
    let mut input = BufReader::new(stream);
    let mut output = BufWriter::new(stream);
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        output.write_all(line.as_bytes())?;
        output.flush()?;
        line.clear();
    }
    Ok(())
}

fn echo_together(stream: &TcpStream) -> Result<()> {
    let mut input = BufReader::new(stream);
    let mut output = BufWriter::new(stream);
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        output.write_all(line.as_bytes())?;
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
        line.clear();
    }
    Ok(())
}

fn count(mut stream: &TcpStream) -> Result<()> {
    let mut input = BufReader::new(stream);
    let mut line = String::new();
    let mut lines = 0;
    while input.read_line(&mut line)? > 0 {
        lines += 1;
        line.clear();
    }
    writeln!(stream, "{lines}")
}

fn main() -> Result<()> {
    let serve = match std::env::args().nth(1).as_deref() {
        Some("flush") => echo,
        Some("tied") => echo_together,
        _ => count,
    };
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("listening on port {}", listener.local_addr()?.port());
    for stream in listener.incoming() {
        let stream = stream?;
        stream.set_nodelay(true)?;
        thread::spawn(move || serve(&stream));
    }
    Ok(())
}
