// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A design of any size from a real one: copies of its netlist under one top, each with ports of its own, and
//! with wires that differ a little from copy to copy.
//!
//! `replicate COPIES NETLIST SDC SPEF OUT` reads Verilog, SDC and SPEF (which may be missing) of one design,
//! and writes `OUT.v`, `OUT.sdc` and `OUT.spef`.

use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A capacitance or resistance is at most this part of itself more or less than in the original.
const SPREAD: f64 = 0.08;

/// A port of the replicated module: direction, range such as `[127:0]` or nothing, name.
struct Port {
    direction: String,
    range: String,
    name: String,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = run(&arguments) {
        eprintln!("replicate: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &[String]) -> Outcome<()> {
    let [copies, netlist, sdc, spef, out] = arguments else {
        return Err("usage: replicate COPIES NETLIST SDC SPEF OUT".into());
    };
    let copies: usize = copies.parse()?;
    let text = fs::read_to_string(netlist)?;
    let (module, ports) = header(&text)?;
    write_netlist(&text, &module, &ports, copies, &format!("{out}.v"))?;
    write_constraints(&fs::read_to_string(sdc)?, copies, &format!("{out}.sdc"))?;
    if Path::new(spef).exists() {
        write_wires(Path::new(spef), copies, &format!("{out}.spef"))?;
    }
    Ok(())
}

/// Name and ports of the module; supplies are left out.
fn header(text: &str) -> Outcome<(String, Vec<Port>)> {
    let rest = text.split_once("module ").ok_or("The netlist has no module.")?.1;
    let module = rest.split(|c: char| c == '(' || c.is_whitespace()).next().unwrap_or_default();
    let mut ports = Vec::new();
    for line in rest.lines() {
        let mut words = line.trim().trim_end_matches(';').split_whitespace();
        let Some(direction @ ("input" | "output")) = words.next() else { continue };
        let words: Vec<&str> = words.collect();
        let (range, name) = match words.as_slice() {
            [name] => ("", *name),
            [range, name] => (*range, *name),
            _ => return Err(format!("A port cannot be read: {line}").into()),
        };
        let (direction, range, name) = (direction.to_owned(), range.to_owned(), name.to_owned());
        ports.push(Port { direction, range, name });
    }
    Ok((module.to_owned(), ports))
}

fn write_netlist(
    text: &str,
    module: &str,
    ports: &[Port],
    copies: usize,
    path: &str,
) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(path)?);
    out.write_all(text.as_bytes())?;
    let names =
        (0..copies).flat_map(|copy| ports.iter().map(move |p| format!("{}_{copy}", p.name)));
    writeln!(out, "\nmodule top ({});", names.collect::<Vec<_>>().join(",\n  "))?;
    for copy in 0..copies {
        for Port { direction, range, name } in ports {
            writeln!(out, " {direction} {range} {name}_{copy};")?;
        }
    }
    for copy in 0..copies {
        let pins = ports.iter().map(|port| format!(".{0}({0}_{copy})", port.name));
        writeln!(out, " {module} u{copy} ({});", pins.collect::<Vec<_>>().join(",\n    "))?;
    }
    writeln!(out, "endmodule")?;
    out.flush()?;
    Ok(())
}

/// The constraints for the ports of all copies: clocks are one of many ports, all else is repeated.
fn write_constraints(text: &str, copies: usize, path: &str) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut seen = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with("current_design")) {
        let Some((before, port, after)) = port_of(line) else {
            writeln!(out, "{line}")?;
            continue;
        };
        if line.starts_with("create_clock") {
            let all = (0..copies).map(|copy| copy_of(port, copy)).collect::<Vec<_>>().join(" ");
            writeln!(out, "{before}{all}{after}")?;
        } else if seen.insert(line) {
            for copy in 0..copies {
                writeln!(out, "{before}{}{after}", copy_of(port, copy))?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// A line around the port that it names.
fn port_of(line: &str) -> Option<(&str, &str, &str)> {
    let start = line.find("[get_ports {")? + "[get_ports {".len();
    let end = start + line.get(start..)?.find('}')?;
    Some((line.get(..start)?, line.get(start..end)?, line.get(end..)?))
}

/// A port, or a bit of a bus, of a copy.
fn copy_of(port: &str, copy: usize) -> String {
    match port.split_once('[') {
        Some((bus, bit)) => format!("{bus}_{copy}[{bit}"),
        None => format!("{port}_{copy}"),
    }
}

fn write_wires(spef: &Path, copies: usize, path: &str) -> Outcome<()> {
    let lines: Vec<String> = BufReader::new(File::open(spef)?).lines().collect::<Result<_, _>>()?;
    let ports = lines.iter().skip_while(|line| *line != "*PORTS").skip(1);
    let ports: HashSet<&str> = ports
        .take_while(|line| !line.starts_with("*D_NET"))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let header = lines.iter().take_while(|line| *line != "*PORTS");
    for line in
        header.map(|line| if line.starts_with("*DESIGN ") { "*DESIGN \"top\"" } else { line })
    {
        writeln!(out, "{line}")?;
    }
    let first_net = lines.iter().position(|line| line.starts_with("*D_NET")).unwrap_or(lines.len());
    for copy in 0..copies {
        let mut noise = Noise((copy as u64) << 32);
        for line in &lines[first_net..] {
            write_wire(&mut out, line, &ports, copy, &mut noise)?;
        }
    }
    out.flush()?;
    Ok(())
}

/// One line of a net of a copy.
fn write_wire(
    out: &mut impl Write,
    line: &str,
    ports: &HashSet<&str>,
    copy: usize,
    noise: &mut Noise,
) -> Outcome<()> {
    let name = |token: &str| {
        let (net, node) = token.rsplit_once(':').map_or((token, None), |(a, b)| (a, Some(b)));
        match (ports.contains(net), node) {
            (true, Some(node)) => format!("{}:{node}", copy_of(net, copy)),
            (true, None) => copy_of(net, copy),
            (false, _) => format!("u{copy}/{token}"),
        }
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let value = |text: &str, noise: &mut Noise| -> Outcome<f64> {
        // The first copy is the original.
        let factor = if copy == 0 { 1.0 } else { noise.factor() };
        Ok(text.parse::<f64>()? * factor)
    };
    match words.as_slice() {
        ["*D_NET", net, total] => writeln!(out, "*D_NET {} {total}", name(net))?,
        [kind @ ("*P" | "*I"), pin, rest @ ..] => {
            writeln!(out, "{kind} {} {}", name(pin), rest.join(" "))?;
        }
        [number, node, farads] if !number.starts_with('*') => {
            writeln!(out, "{number} {} {:.6}", name(node), value(farads, noise)?)?;
        }
        [number, from, to, ohms] if !number.starts_with('*') => {
            let ohms = value(ohms, noise)?;
            writeln!(out, "{number} {} {} {ohms:.7}", name(from), name(to))?;
        }
        _ => writeln!(out, "{line}")?,
    }
    Ok(())
}

/// Factors around 1 by splitmix64, started by the copy, so that equal calls make equal files.
struct Noise(u64);

impl Noise {
    fn factor(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        let unit = (bits >> 11) as f64 / (1u64 << 53) as f64;
        1.0 + SPREAD * (2.0 * unit - 1.0)
    }
}
