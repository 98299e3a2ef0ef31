//! The owner of memory: the innermost call of a stack that is not a library routine such as `malloc` or `memset`.

use super::names::{Call, Kind, file_name};

/// The beginnings of the names of libraries that allocate, copy and start programs for others.
const RUNTIME_LIBRARIES: &[&str] = &[
    "libc.so",
    "libc-2",
    "libc.musl",
    "ld-linux",
    "ld-musl",
    "ld-2",
    "ld.so",
    "libstdc++",
    "libc++.",
    "libc++abi",
    "libgcc_s",
    "libm.so",
    "libm-2",
    "libpthread",
    "libdl.so",
    "libdl-2",
    "librt.so",
    "libjemalloc",
    "libtcmalloc",
    "libmimalloc",
    "linux-vdso",
    "[vdso]",
];

/// Routines that are in programs, too, if these are linked statically.
const ROUTINES: &[&str] = &[
    "malloc",
    "calloc",
    "realloc",
    "reallocarray",
    "free",
    "memalign",
    "aligned_alloc",
    "posix_memalign",
    "valloc",
    "memset",
    "memcpy",
    "memmove",
    "strcpy",
    "strdup",
    "mmap",
    "mmap64",
    "munmap",
    "mremap",
    "brk",
    "sbrk",
    "read",
    "pread",
    "pread64",
    "readv",
    "recv",
    "recvfrom",
    "fread",
    "getline",
    "_int_malloc",
    "_int_realloc",
    "_int_free",
    "_int_memalign",
    "sysmalloc",
    "systrim",
    "malloc_consolidate",
    "alloc_perturb",
    "checked_request2size",
    "tcache_init",
    "ptmalloc_init",
    "new_heap",
    "heap_trim",
    "unlink_chunk",
    "do_mmap",
    "mallocx",
    "rallocx",
];

/// The beginnings of the names of routines.
const ROUTINE_PREFIXES: &[&str] = &[
    "__libc_",
    "__GI_",
    "__mem",
    "__rust_",
    "__rdl_",
    "__rg_",
    "__rustc",
    "_rjem_",
    "je_",
    "mi_",
    "tc_",
    "operator new",
    "operator delete",
    "sysmalloc_",
    "std::",
    "__gnu_cxx::",
    "alloc::",
    "core::",
    "<alloc::",
    "<core::",
    "<std::",
    "compiler_builtins::",
    "<hashbrown::",
    "hashbrown::",
    "<[core::",
    "<[hashbrown::",
    "_ZSt",
    "_ZNSt",
    "_ZNKSt",
    "_ZN9__gnu_cxx",
    "_ZNK9__gnu_cxx",
];

/// True for the name of a library that allocates, copies and starts programs for others.
fn is_runtime_library(name: &str) -> bool {
    RUNTIME_LIBRARIES.iter().any(|prefix| name.starts_with(prefix))
}

/// True for routines that work for their caller.
fn is_routine(call: &Call) -> bool {
    if call.kind == Kind::Script {
        // The interpreter's own scripts: `node:buffer`, `<frozen importlib._bootstrap>`.
        return call.file.starts_with("node:") || call.file.starts_with("<frozen ");
    }
    if is_runtime_library(&call.library) {
        return true;
    }
    let name = without_result(&call.name);
    ROUTINES.contains(&name)
        || ROUTINE_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || is_standard_impl(name)
}

/// True for a method of the standard library of Rust for another type: `<u8 as alloc::vec::SpecFromElem>::from_elem`.
fn is_standard_impl(name: &str) -> bool {
    let is_standard =
        |text: &str| ["core::", "alloc::", "std::"].iter().any(|prefix| text.starts_with(prefix));
    let parts = name.strip_prefix('<').and_then(|rest| rest.split_once(" as "));
    // A type of the program has a path, and its methods are code of the program.
    parts.is_some_and(|(of, which)| is_standard(which) && (is_standard(of) || !of.contains("::")))
}

/// The name of a template instance without the type of its result: `std::fill` of `void std::fill`.
fn without_result(name: &str) -> &str {
    match name.split_once(' ') {
        Some((result, rest))
            if !name.starts_with('<')
                && !name.starts_with("operator")
                && !result.contains(['(', '<', '{']) =>
        {
            rest
        }
        _ => name,
    }
}

/// True for code of an interpreter or of its extensions, which works for the script that called it.
fn serves_script(call: &Call) -> bool {
    call.kind == Kind::Native && (is_interpreter(&call.path) || call.library == "[generated code]")
}

/// True for the file of an interpreter or of one of its extensions.
fn is_interpreter(path: &str) -> bool {
    let library = file_name(path);
    library.starts_with("python")
        || library.starts_with("libpython")
        || library == "node"
        || library.starts_with("libnode")
        || path.contains("/site-packages/")
        || path.contains("/dist-packages/")
        || path.contains("/lib-dynload/")
}

/// True for a file whose functions work for their callers.
pub fn serves_callers(path: &str) -> bool {
    is_runtime_library(file_name(path)) || is_interpreter(path)
}

/// The calls of a stack that a figure shows, without those of an interpreter between and around the functions of its
/// script: they are the same for every script.
pub fn without_interpreter(stack: Vec<&Call>) -> Vec<&Call> {
    let Some(script) = stack.iter().position(|call| call.kind == Kind::Script) else { return stack };
    let is_interpreter = |call: &Call| is_routine(call) || serves_script(call);
    let outer =
        stack[script..].iter().copied().filter(|call| call.kind == Kind::Script || !is_interpreter(call));
    stack[..script].iter().copied().chain(outer).collect()
}

/// The owner in a stack, whose innermost call is the first; `None` for an empty stack.
///
/// Code of an interpreter counts as a routine of the script, if the stack has a function of a script.
pub fn owner<'a>(stack: &[&'a Call]) -> Option<&'a Call> {
    let last_script = stack.iter().rposition(|call| call.kind == Kind::Script);
    stack
        .iter()
        .enumerate()
        .find(|(at, call)| {
            let serves = serves_script(call) && last_script.is_some_and(|script| *at < script);
            !is_routine(call) && !serves
        })
        .map(|(_, call)| *call)
        .or_else(|| stack.first().copied())
}

/// The innermost call that is not a library routine: extensions of an interpreter count.
pub fn native_owner<'a>(stack: &[&'a Call]) -> Option<&'a Call> {
    stack.iter().find(|call| !is_routine(call)).or_else(|| stack.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn native(name: &str, path: &str) -> Call {
        Call {
            name: name.into(),
            library: file_name(path).into(),
            path: path.into(),
            file: String::new(),
            line: 0,
            kind: Kind::Native,
        }
    }

    fn owner_of(calls: &[Call]) -> String {
        owner(&calls.iter().collect::<Vec<_>>()).expect("an owner").name.clone()
    }

    #[test]
    fn the_caller_of_a_routine_owns_the_memory() {
        let calls = [
            native("__memset_avx2_unaligned_erms", "/lib/libc.so.6"),
            native("void std::vector<int>::resize", "/app"),
            native("<alloc::vec::Vec<T> as Clone>::clone", "/app"),
            native("<u8 as alloc::vec::spec_from_elem::SpecFromElem>::from_elem", "/app"),
            native("_ZSt9__fill_a1IPddEvT_", "/app"),
            native("app::hold", "/app"),
            native("main", "/app"),
        ];
        assert_eq!(owner_of(&calls), "app::hold");
        assert_eq!(owner_of(&calls[..1]), "__memset_avx2_unaligned_erms");
        assert!(["/lib/libc.so.6", "/usr/bin/python3.12"].map(serves_callers) == [true; 2]);
        assert!(!serves_callers("/app"));
        let own = [native("<app::Lines as core::iter::Iterator>::next", "/app"), native("main", "/app")];
        assert_eq!(owner_of(&own), "<app::Lines as core::iter::Iterator>::next");
    }

    #[test]
    fn the_interpreter_works_for_the_script_and_a_library_of_the_user_does_not() {
        let script = Call { kind: Kind::Script, ..native("fill", "") };
        let python = native("list_resize", "/usr/bin/python3.12");
        let numpy = native("PyArray_Fill", "/usr/lib/python3/dist-packages/numpy/core/x.so");
        assert_eq!(owner_of(&[python.clone(), script.clone(), python.clone()]), "fill");
        assert_eq!(owner_of(&[numpy.clone(), python.clone(), script.clone()]), "fill");
        assert_eq!(
            owner_of(&[native("hold", "/home/me/libhold.so"), python.clone(), script.clone()]),
            "hold"
        );
        let stack = [&python, &script, &python, &script, &python];
        let shown: Vec<_> =
            without_interpreter(stack.to_vec()).iter().map(|call| call.name.as_str()).collect();
        assert_eq!(shown, ["list_resize", "fill", "fill"]);
        let frozen = Call { file: "<frozen importlib._bootstrap>".into(), ..script.clone() };
        let module = Call { name: "<module>".into(), ..script.clone() };
        assert_eq!(owner_of(&[python.clone(), frozen, module]), "<module>");
        assert_eq!(owner_of(&[python, numpy]), "list_resize");
    }
}
