# Nix: `nix run 'github:OWNER/rprof?dir=packaging/nix'`. Without flakes: `nix-build packaging/nix`.
{
  description = "rprof, the memory profiler for any command";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { nixpkgs, ... }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      forEach = f: nixpkgs.lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
    in
    {
      packages = forEach (pkgs: rec {
        rprof = pkgs.callPackage ./package.nix { };
        default = rprof;
      });
    };
}
