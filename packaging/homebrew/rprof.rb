# Homebrew: `brew install OWNER/tap/rprof`, with this file in the repository OWNER/homebrew-tap as Formula/rprof.rb.
# Linux gets the static binary. macOS builds from source, because there is no binary for it yet.
# `make dist` writes a copy with the version and the checksum to dist/.
class Rprof < Formula
  desc "Memory profiler for any command: peak and curve of a whole process tree"
  homepage "https://github.com/OWNER/rprof"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]
  head "https://github.com/OWNER/rprof.git", branch: "main"

  on_linux do
    on_intel do
      url "https://github.com/OWNER/rprof/releases/download/v@VERSION@/rprof-@VERSION@-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256_x86_64-unknown-linux-musl@"
    end
  end

  on_macos do
    url "https://github.com/OWNER/rprof/archive/refs/tags/v@VERSION@.tar.gz"
    depends_on "rust" => :build
  end

  def install
    if OS.mac? || build.head?
      system "cargo", "install", *std_cargo_args(path: "crates/rprof-cli")
      system bin/"rprof", "man", "man"
      generate_completions_from_executable(bin/"rprof", "completions")
      include.install "include/rprof.h"
    else
      bin.install "rprof"
      include.install "include/rprof.h"
      bash_completion.install "completions/rprof.bash" => "rprof"
      zsh_completion.install "completions/_rprof"
      fish_completion.install "completions/rprof.fish"
    end
    man1.install Dir["man/*.1"]
  end

  test do
    system bin/"rprof", "run", "--quiet", "--output", "t.dat", "--", "true"
    assert_match "MiB", shell_output("#{bin}/rprof peak t.dat")
  end
end
