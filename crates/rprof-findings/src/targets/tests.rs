//! Command lines as the tools of a build have them.

use super::*;

fn of(name: &str, line: &str) -> Option<String> {
    let args: Vec<Arg> = line.split(' ').map(|word| Arg::new(word.as_bytes())).collect();
    target(name, &args)
}

fn assert_targets(cases: &[(&str, &str)]) {
    for (line, wanted) in cases {
        let found = of("?", line);
        assert_eq!(found.as_deref().unwrap_or("-"), *wanted, "{line}");
    }
}

#[test]
fn gcc_and_its_passes_are_named_by_their_source() {
    assert_targets(&[
        ("gcc -c -O2 -Wall -MD -MF build/big.d -o build/big.o src/big.c", "src/big.c"),
        ("gcc -c -MMD big.c -o big.o", "big.c"),
        (
            "/usr/lib/gcc/x86_64-linux-gnu/12/cc1 -quiet -I include -imultiarch x86_64-linux-gnu -MMD big.d -MF big.d \
             -MT big.o -D DEBUG=1 -include config.h src/big.c -quiet -dumpdir build/ -dumpbase big.c -dumpbase-ext .c \
             -mtune=generic -march=x86-64 -O2 -fasynchronous-unwind-tables -o /tmp/ccAbC12d.s",
            "src/big.c",
        ),
        (
            "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus -quiet -D_GNU_SOURCE ../a.cpp -dumpbase a.cpp -o /tmp/ccQ1w2e3.s",
            "../a.cpp",
        ),
        ("cc1 -quiet - -dumpbase <stdin> -o -", "<stdin>"),
        (
            "/usr/lib/gcc/x86_64-linux-gnu/12/lto1 -quiet -dumpdir app. -dumpbase app.ltrans0.ltrans -o /tmp/ccZ.s @/tmp/cc1",
            "app.ltrans0.ltrans",
        ),
        ("/usr/bin/x86_64-linux-gnu-g++-12 a.cc b.cc c.cc -o app", "a.cc and 2 more"),
        ("gcc main.o util.o -lm -o app", "app"),
        ("gcc main.o", "a.out"),
        ("gcc --version", "-"),
        ("ccache gcc -c x.c -o x.o", "x.c"),
        ("gfortran -c -J mods solver.f90", "solver.f90"),
    ]);
}

#[test]
fn assemblers_and_linkers_are_named_by_their_output() {
    assert_targets(&[
        ("as --64 -o build/big.o /tmp/ccAbC12d.s", "build/big.o"),
        ("as -I . -o start.o start.s", "start.s"),
        ("as --64 -o /tmp/ccAAAAAA.o /tmp/ccBBBBBB.s", "/tmp/ccAAAAAA.o"),
        (
            "/usr/lib/gcc/x86_64-linux-gnu/12/collect2 -plugin /usr/lib/liblto_plugin.so -plugin-opt=-fresolution=/tmp/ccq.res \
             --eh-frame-hdr -m elf_x86_64 -dynamic-linker /lib64/ld-linux-x86-64.so.2 -pie -o app crt1.o main.o -lc",
            "app",
        ),
        ("/usr/bin/ld -plugin x -o build/app main.o", "build/app"),
        ("ld.lld -obuild/app main.o", "build/app"),
        ("mold --output=app main.o", "app"),
        ("rust-lld -flavor gnu -o app x.o", "app"),
        ("ar rcs libutil.a a.o b.o", "libutil.a"),
        ("x86_64-linux-gnu-ranlib libutil.a", "libutil.a"),
    ]);
}

#[test]
fn other_compilers_are_named_by_what_they_compile() {
    assert_targets(&[
        (
            "/usr/lib/llvm-14/bin/clang -cc1 -triple x86_64-pc-linux-gnu -emit-obj -main-file-name big.c -ferror-limit 19 \
             -o big.o -x c src/big.c",
            "src/big.c",
        ),
        ("clang++ -target arm64 -c -o x.o x.mm", "x.mm"),
        ("rustc --crate-name serde --edition=2021 src/lib.rs --crate-type lib -C metadata=1", "serde"),
        (
            "rustc --crate-name build_script_build --edition=2021 /home/u/.cargo/registry/src/x/libc-0.2.191/build.rs",
            "libc-0.2.191/build.rs",
        ),
        ("sccache rustc --crate-name serde src/lib.rs", "serde"),
        ("rustc main.rs", "main.rs"),
        ("rustc -vV", "-"),
        (
            "/usr/local/go/pkg/tool/linux_amd64/compile -o /tmp/b1/_pkg_.a -trimpath x -p net/http -pack ./a.go",
            "net/http",
        ),
        ("/usr/local/go/pkg/tool/linux_amd64/link -o /tmp/b1/a.out -importcfg x", "/tmp/b1/a.out"),
        ("javac -d out -cp lib.jar src/A.java src/B.java", "src/A.java and 1 more"),
        ("javac @sources.txt", "@sources.txt"),
        ("swift-frontend -frontend -c a.swift -primary-file b.swift", "b.swift"),
    ]);
}

#[test]
fn other_programs_have_no_file() {
    assert_targets(&[
        ("make -j8", "-"),
        ("sh -c gcc -c x.c", "-"),
        ("python3 a.c", "-"),
        ("link -o x", "-"),
        ("", "-"),
    ]);
    assert_eq!(target("cc1", &[]), None);
}

/// A program may have any first argument, and the kernel cuts the name after 15 bytes.
#[test]
fn the_name_from_the_kernel_helps() {
    assert_eq!(of("cc1", "whatever -quiet x.c -o x.s").as_deref(), Some("x.c"));
    assert_eq!(of("x86_64-linux-gn", "x86_64-linux-gnu-gcc-12 -c x.c").as_deref(), Some("x.c"));
}

/// The middle of a long command line is missing in the trace.
#[test]
fn the_cut_is_no_file() {
    assert_eq!(
        of("cc1", "cc1 -quiet -I inc…b/other.c src/big.c -o /tmp/ccAbC12d.s").as_deref(),
        Some("src/big.c")
    );
    assert_eq!(of("gcc", "gcc a.o b…c.c d.o -o app").as_deref(), Some("app"));
}
