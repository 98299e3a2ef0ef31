//! The tools of a build, known by the names of their programs.

/// A kind of tool, by where its command line has the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// A compiler as people call it: `gcc -c x.c -o x.o`. It starts passes and linkers.
    Compiler,
    /// A pass of gcc: `cc1 -quiet … x.c -o /tmp/x.s`.
    Pass,
    Assembler,
    Linker,
    Archiver,
    Rustc,
    /// `compile` and `asm` of go.
    GoPass,
    /// `link` of go.
    GoLink,
    Javac,
}

/// The tool with this name, which may have a path, the name of a target before it, and a version after it:
/// `/usr/bin/x86_64-linux-gnu-gcc-12`.
pub fn tool(program: &str) -> Option<Tool> {
    let file = program.rsplit('/').next().unwrap_or(program);
    let file = file.strip_suffix(".exe").unwrap_or(file);
    let plain = file.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let plain = plain.strip_suffix('-').unwrap_or(file);
    let short = plain.rsplit('-').next().unwrap_or(plain);
    [file, plain, short].into_iter().find_map(named)
}

fn named(name: &str) -> Option<Tool> {
    Some(match name {
        "cc" | "c++" | "gcc" | "g++" | "clang" | "clang++" | "c89" | "c99" | "tcc" | "cpp" | "gfortran"
        | "flang" | "ifort" | "ifx" | "icc" | "icpc" | "icx" | "icpx" | "nvcc" | "cicc" | "ptxas"
        | "hipcc" | "emcc" | "em++" | "gdc" | "dmd" | "ldc2" | "gccgo" | "swiftc" | "swift-frontend"
        | "ghc" | "ocamlc" | "ocamlopt" => Tool::Compiler,
        "cc1" | "cc1plus" | "cc1obj" | "cc1objplus" | "f951" | "gnat1" | "d21" | "go1" | "gm2" | "lto1" => {
            Tool::Pass
        }
        "as" | "gas" | "nasm" | "yasm" | "llvm-as" => Tool::Assembler,
        "ld" | "ld.bfd" | "ld.gold" | "ld.lld" | "ld.mold" | "ld64" | "ld64.lld" | "lld" | "gold"
        | "mold" | "wild" | "collect2" | "lld-link" | "wasm-ld" => Tool::Linker,
        "ar" | "gcc-ar" | "llvm-ar" | "ranlib" | "gcc-ranlib" | "llvm-ranlib" => Tool::Archiver,
        "rustc" | "clippy-driver" | "rustdoc" => Tool::Rustc,
        "compile" | "asm" => Tool::GoPass,
        "link" => Tool::GoLink,
        "javac" => Tool::Javac,
        _ => return None,
    })
}

/// True for a program that runs the compiler that follows it.
pub fn is_wrapper(program: &str) -> bool {
    let file = program.rsplit('/').next().unwrap_or(program);
    matches!(file, "ccache" | "sccache" | "distcc" | "icecc" | "buildcache")
}
