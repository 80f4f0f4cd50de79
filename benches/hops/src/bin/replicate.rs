// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A design of any size from a real one: copies of its netlist under one top, each with ports and generated
//! clocks of its own, and with wires that differ a little from copy to copy.
//!
//! `replicate INSTANCES NETLIST SDC OUT SPEF...` reads a flat netlist, its constraints as `write_sdc` writes
//! them, and sets of wires for it. It writes `OUT.v`, `OUT.sdc` and `OUT.1.spef`, `OUT.2.spef`..., with as many
//! copies as come nearest to the number of instances, and prints both numbers.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use hops::Outcome;

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
    let [wanted, netlist, sdc, out, wires @ ..] = arguments else {
        return Err("usage: replicate INSTANCES NETLIST SDC OUT SPEF...".into());
    };
    let wanted: usize = wanted.parse()?;
    let text = fs::read_to_string(netlist)?;
    let (module, ports) = header(&text)?;
    let instances = text.lines().filter(|line| is_instance(line)).count();
    if instances == 0 {
        return Err(format!("{netlist} has no instances.").into());
    }
    let copies = ((wanted + instances / 2) / instances).max(1);
    write_netlist(&text, &module, &ports, copies, &format!("{out}.v"))?;
    write_constraints(&fs::read_to_string(sdc)?, copies, &format!("{out}.sdc"))?;
    for (number, spef) in (1..).zip(wires) {
        write_wires(Path::new(spef), copies, &format!("{out}.{number}.spef"))?;
    }
    println!("count copies {copies}\ncount instances {}", copies * instances);
    Ok(())
}

/// `CELL NAME (`; names with odd letters begin with a backslash and end with a space.
fn is_instance(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next() != Some("module") && words.nth(1).is_some_and(|word| word.starts_with('('))
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

/// The constraints of all copies: clocks begin at the ports of all of them, all else is repeated.
fn write_constraints(text: &str, copies: usize, path: &str) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let generated: HashSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("create_generated_clock -name ")?.split(' ').next())
        .collect();
    let mut seen = HashSet::new();
    for line in text.lines().filter(|line| !line.starts_with("current_design")) {
        if !is_plain(line) {
            return Err(format!("This constraint is not as write_sdc writes it: {line}").into());
        }
        if line.starts_with("create_clock")
            && let Some((before, port, after)) = port_of(line)
        {
            let all = (0..copies).map(|copy| copy_of(port, copy)).collect::<Vec<_>>().join(" ");
            writeln!(out, "{before}{all}{after}")?;
        } else if line_of(line, &generated, 0) == line {
            writeln!(out, "{line}")?;
        } else if seen.insert(line) {
            for copy in 0..copies {
                writeln!(out, "{}", line_of(line, &generated, copy))?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// Whether a line stands by itself and names objects one by one, in braces, without patterns.
fn is_plain(line: &str) -> bool {
    let one_name = |rest: &str| {
        let name = rest.strip_prefix(" {").and_then(|rest| rest.split_once('}'));
        name.is_some_and(|(name, _)| !name.contains([' ', '*', '?']))
    };
    let objects = ["[get_ports", "[get_pins"];
    !line.ends_with('\\') && objects.iter().all(|objects| line.split(objects).skip(1).all(one_name))
}

/// A line around the port that it names.
fn port_of(line: &str) -> Option<(&str, &str, &str)> {
    let start = line.find("[get_ports {")? + "[get_ports {".len();
    let end = start + line.get(start..)?.find('}')?;
    Some((line.get(..start)?, line.get(start..end)?, line.get(end..)?))
}

/// A line with the port, the pin and the generated clock of a copy.
fn line_of(line: &str, generated: &HashSet<&str>, copy: usize) -> String {
    let mut before = "";
    let word_of = |word| {
        let name = word_name(word);
        let of_copy = match std::mem::replace(&mut before, word) {
            "[get_ports" => copy_of(name, copy),
            "[get_pins" => format!("u{copy}/{name}"),
            _ if generated.contains(name) => format!("{name}_{copy}"),
            _ => return word.to_owned(),
        };
        word.replacen(name, &of_copy, 1)
    };
    line.split(' ').map(word_of).collect::<Vec<_>>().join(" ")
}

/// What stands in braces, or the word.
fn word_name(word: &str) -> &str {
    word.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map_or(word, |(name, _)| name)
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
