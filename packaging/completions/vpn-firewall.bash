# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of vpn-firewall for bash (package bash-completion).

_vpn_firewall() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb="" word
    local verbs="start restart reload confirm stop flush status explain check print save watch"
    local everywhere="--config --ovpn --wg --resolve --backend --help"
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case " $verbs " in
            *" $word "*) verb=$word; break ;;
        esac
    done
    COMPREPLY=()
    case $previous in
        --config) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --ovpn) mapfile -t COMPREPLY < <(compgen -f -X '!*.@(ovpn|conf)' -- "$current"; compgen -d -- "$current"); return ;;
        --wg) mapfile -t COMPREPLY < <(compgen -f -X '!*.conf' -- "$current"; compgen -d -- "$current"); return ;;
        --to) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
        --backend) mapfile -t COMPREPLY < <(compgen -W "nft iptables" -- "$current"); return ;;
        --confirm) mapfile -t COMPREPLY < <(compgen -W "60 120 300" -- "$current"); return ;;
    esac
    case $verb in
        "") everywhere="$everywhere --version" ;;
        start | restart | reload) everywhere="$everywhere --confirm" ;;
        status | explain) everywhere="$everywhere --json" ;;
        save) everywhere="$everywhere --to" ;;
    esac
    if [ -z "$verb" ] && [[ $current != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -W "$everywhere" -- "$current")
    fi
}

complete -o filenames -F _vpn_firewall vpn-firewall
