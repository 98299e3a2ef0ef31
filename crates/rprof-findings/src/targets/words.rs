//! The words of a command line after the name of the program, and the files among them.

/// The words.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a>(pub &'a [&'a str]);

/// Options of compilers, assemblers and passes whose value is the next word. A value can look like a file: `-MF x.d`.
const WITH_VALUE: &[&str] = &[
    "-o",
    "-x",
    "-I",
    "-D",
    "-U",
    "-A",
    "-L",
    "-l",
    "-B",
    "-J",
    "-T",
    "-u",
    "-z",
    "-e",
    "-G",
    "-b",
    "-MF",
    "-MT",
    "-MQ",
    "-include",
    "-imacros",
    "-isystem",
    "-iquote",
    "-idirafter",
    "-isysroot",
    "-iprefix",
    "-iwithprefix",
    "-iwithprefixbefore",
    "-imultiarch",
    "-imultilib",
    "-dumpbase",
    "-dumpbase-ext",
    "-dumpdir",
    "-auxbase",
    "-auxbase-strip",
    "-Xlinker",
    "-Xassembler",
    "-Xpreprocessor",
    "-Xclang",
    "-arch",
    "-target",
    "-framework",
    "-wrapper",
    "-aux-info",
    "-plugin",
    "-dynamic-linker",
    "-fintrinsic-modules-path",
    "--param",
    "--defsym",
    "-d",
    "-cp",
    "-classpath",
    "-sourcepath",
    "-processorpath",
    "-primary-file",
    "-module-name",
];

/// Options that have a value in a pass of gcc, but none in the compiler.
const WITH_VALUE_IN_PASSES: &[&str] = &["-MD", "-MMD"];

/// The endings of sources.
const SOURCES: &[&str] = &[
    "c", "i", "h", "cc", "cp", "cpp", "cxx", "c++", "C", "CPP", "ii", "hh", "hpp", "m", "mm", "mi", "mii",
    "M", "f", "for", "f77", "f90", "f95", "f03", "f08", "F", "F90", "s", "S", "asm", "cu", "ptx", "cl",
    "hip", "ll", "bc", "d", "go", "swift", "hs", "ml", "mli", "java", "adb", "ads", "rs", "mod",
];

impl<'a> Words<'a> {
    /// The words that are neither options nor values of options. The cut of a long command line is none.
    fn files(self, is_pass: bool) -> impl Iterator<Item = &'a str> {
        let has_value =
            move |word: &&str| WITH_VALUE.contains(word) || (is_pass && WITH_VALUE_IN_PASSES.contains(word));
        let mut is_value = false;
        self.0.iter().copied().filter(move |word| {
            let is_file = !is_value && !word.starts_with(['-', '@']) && !word.contains('…');
            is_value = !is_value && has_value(word);
            is_file && !word.is_empty()
        })
    }

    /// The word after an option, or the rest of the word after `option=`.
    pub fn value(self, option: &str) -> Option<String> {
        let mut words = self.0.iter();
        let joined = |word: &&str| word.strip_prefix(option)?.strip_prefix('=').map(str::to_owned);
        while let Some(word) = words.next() {
            if *word == option {
                return words.next().map(|value| (*value).to_owned());
            }
            if let Some(value) = joined(word) {
                return Some(value);
            }
        }
        None
    }

    /// The sources of a compiler: the first one, and the number of the others.
    pub fn sources(self) -> Option<String> {
        if let Some(primary) = self.value("-primary-file") {
            return Some(primary);
        }
        let mut sources = self.files(false).filter(|word| is_source(word));
        let first = sources.next()?;
        Some(match sources.count() {
            0 => first.to_owned(),
            more => format!("{first} and {more} more"),
        })
    }

    /// The source of a pass of gcc: the one file that has the ending of a source, or else its name without the directory.
    pub fn pass_source(self) -> Option<String> {
        let source = self.files(true).find(|word| is_source(word) && !is_temporary(word));
        source.map(str::to_owned).or_else(|| self.value("-dumpbase")).or_else(|| self.value("-o"))
    }

    /// The last word, where clang has the source of its own passes.
    pub fn last_file(self) -> Option<String> {
        let last = self.0.last().copied().filter(|word| !word.starts_with('-'));
        last.map(str::to_owned).or_else(|| self.value("-main-file-name"))
    }

    /// The file of an assembler. Its source is a temporary file in most cases, and the output then says more.
    pub fn assembly(self) -> Option<String> {
        let source = self.files(false).next().map(str::to_owned);
        let output = self.value("-o");
        let good = |file: &Option<String>| file.as_deref().is_some_and(|file| !is_temporary(file));
        if good(&source) { source } else { output.or(source) }
    }

    /// The output of a linker.
    pub fn output(self) -> Option<String> {
        let joined = || self.0.iter().find_map(|word| joined_output(word)).map(str::to_owned);
        let named = self.value("-o").or_else(|| self.value("--output")).or_else(joined);
        named.or_else(|| self.files(false).next().map(|_| "a.out".to_owned()))
    }

    /// The archive of `ar rcs x.a y.o` or `ranlib x.a`.
    pub fn archive(self) -> Option<String> {
        let is_archive = |word: &&str| matches!(ending(word), Some("a" | "rlib" | "lib"));
        self.files(false).find(is_archive).map(str::to_owned)
    }

    /// The crate of rustc. All build scripts have the same name, so the directory of the source stands for it.
    pub fn crate_name(self) -> Option<String> {
        let source = self.files(false).find(|word| ending(word) == Some("rs"));
        let name = self.value("--crate-name");
        if name.as_deref().is_some_and(|name| !name.starts_with("build_script_")) {
            return name;
        }
        let ends = source.map(|path| {
            let mut parts = path.rsplit('/');
            let file = parts.next().unwrap_or(path);
            parts.next().map_or_else(|| file.to_owned(), |directory| format!("{directory}/{file}"))
        });
        ends.or(name)
    }

    /// A file of arguments: `@sources`.
    pub fn arguments_file(self) -> Option<String> {
        self.0.iter().find(|word| word.starts_with('@')).map(|word| (*word).to_owned())
    }
}

/// The output in one word with its option: `-oapp`, `/out:app`.
fn joined_output(word: &str) -> Option<&str> {
    let output = ["/out:", "-out:", "-o"].into_iter().find_map(|option| word.strip_prefix(option))?;
    (!output.is_empty()).then_some(output)
}

fn is_source(word: &str) -> bool {
    ending(word).is_some_and(|ending| SOURCES.contains(&ending))
}

/// The ending of a file, in which upper and lower case differ: `.C` is C++.
fn ending(word: &str) -> Option<&str> {
    word.rsplit_once('.').map(|(_, ending)| ending)
}

/// True for a temporary file of gcc, `ccXXXXXX.s`.
fn is_temporary(word: &str) -> bool {
    let file = word.rsplit('/').next().unwrap_or(word);
    let letters = file.strip_prefix("cc").and_then(|rest| rest.split_once('.')).map(|(letters, _)| letters);
    word.contains('/')
        && letters.is_some_and(|text| text.len() == 6 && text.bytes().all(|b| b.is_ascii_alphanumeric()))
}
