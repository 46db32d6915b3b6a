# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of leakverifier for bash (package bash-completion).

_leakverifier() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]} words=""
    COMPREPLY=()
    case $previous in
        --firewall) mapfile -t COMPREPLY < <(compgen -W "builtin builtin-iptables none image:" -- "$current"; compgen -d -- "$current"); return ;;
        --lab) mapfile -t COMPREPLY < <(compgen -W "netns docker" -- "$current"); return ;;
        --scenario) mapfile -t COMPREPLY < <(compgen -W "$(leakverifier list 2>/dev/null | awk '{ print $1 }')" -- "$current"); return ;;
        --out) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --json | --junit | --config | --ruleset | --script) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    esac
    if [ "$COMP_CWORD" = 1 ]; then
        words="verify list explain prove serve --help --version"
    else
        case $verb in
            verify) words="--firewall --lab --scenario --repeat --json --junit --out --help" ;;
            list) words="--json --help" ;;
            explain) words="$(leakverifier list 2>/dev/null | awk '{ print $1 }') --help" ;;
            prove) words="--config --ruleset --json --packet --cross-check --help" ;;
            serve) words="--script --listen --out --help" ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -o filenames -F _leakverifier leakverifier
