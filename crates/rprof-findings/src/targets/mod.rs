//! The file that a compiler, an assembler or a linker works on, found in its command line.

mod tools;
mod words;

use std::borrow::Cow;

use rprof_trace::Arg;

use tools::{Tool, tool};
use words::Words;

/// The file that a process works on: the source of a compiler, the output of a linker or an archiver, the crate of rustc,
/// the package of go. `None` for any other program, and if the command line does not say.
pub fn target(name: &str, args: &[Arg]) -> Option<String> {
    let words: Vec<Cow<'_, str>> = args.iter().map(|arg| String::from_utf8_lossy(arg.as_bytes())).collect();
    let words: Vec<&str> = words.iter().map(Cow::as_ref).collect();
    let (program, rest) = words.split_first()?;
    // `ccache gcc -c x.c`: the compiler comes after the program that starts it.
    if tools::is_wrapper(program) {
        let (program, rest) = rest.split_first()?;
        return of_tool(tool(program)?, program, rest);
    }
    // The name is cut after 15 bytes, and the first argument may be any text. One of them is known in most cases.
    let tool = tool(program).or_else(|| tool(name))?;
    of_tool(tool, program, rest)
}

fn of_tool(tool: Tool, program: &str, rest: &[&str]) -> Option<String> {
    let words = Words(rest);
    match tool {
        Tool::Compiler if rest.first().is_some_and(|word| word.starts_with("-cc1")) => words.last_file(),
        Tool::Compiler => words.sources().or_else(|| words.output()),
        Tool::Pass => words.pass_source(),
        Tool::Assembler => words.assembly(),
        Tool::Linker => words.output(),
        Tool::Archiver => words.archive(),
        Tool::Rustc => words.crate_name(),
        Tool::GoPass => words.value("-p"),
        Tool::GoLink => words.value("-o").filter(|_| program.contains("/tool/")),
        Tool::Javac => words.sources().or_else(|| words.arguments_file()),
    }
}

#[cfg(test)]
mod tests;
