{
  lib,
  rustPlatform,
  installShellFiles,
}:
let
  root = ../..;
  manifest = builtins.fromTOML (builtins.readFile (root + "/Cargo.toml"));
in
rustPlatform.buildRustPackage {
  pname = "rprof";
  version = manifest.workspace.package.version;

  src = lib.cleanSource root;
  cargoLock.lockFile = root + "/Cargo.lock";
  cargoBuildFlags = [
    "--package"
    "rprof-cli"
  ];

  # The tests read /proc and control groups, which the sandbox of a build lacks.
  doCheck = false;

  nativeBuildInputs = [ installShellFiles ];
  postInstall = ''
    $out/bin/rprof man man
    installManPage man/*.1
    installShellCompletion --cmd rprof \
      --bash <($out/bin/rprof completions bash) \
      --zsh <($out/bin/rprof completions zsh) \
      --fish <($out/bin/rprof completions fish)
    install -D -m 644 include/rprof.h $out/include/rprof.h
  '';

  meta = {
    description = "Memory profiler for any command: peak and curve of a whole process tree";
    homepage = manifest.workspace.package.repository;
    license = with lib.licenses; [
      mit
      asl20
    ];
    mainProgram = "rprof";
    platforms = lib.platforms.linux ++ lib.platforms.darwin;
  };
}
