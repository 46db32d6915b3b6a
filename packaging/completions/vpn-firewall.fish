# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of vpn-firewall for fish.

set -l verbs start restart reload confirm stop flush status explain check print save watch
complete -c vpn-firewall -f
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a start -d "Load the rules, and read them back"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a restart -d "The same as start"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a reload -d "The same as start"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a confirm -d "Keep what start --confirm loaded"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a stop -d "Change nothing: the machine stays closed"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a flush -d "Remove the rules: the only command that opens"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a status -d "Compare the kernel's rules with the configuration"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a explain -d "Say which rule decides about one packet"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a check -d "Say what is wrong with the configuration"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a print -d "Print the rules"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a save -d "Write the rules to files that load at boot"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -a watch -d "Load the rules, and restore what others change"
complete -c vpn-firewall -n "not __fish_seen_subcommand_from $verbs" -l version -d "Show the version"
complete -c vpn-firewall -l config -rF -d "File, or folder of *.conf files"
complete -c vpn-firewall -l ovpn -rF -d "Read servers from this configuration of OpenVPN too"
complete -c vpn-firewall -l wg -rF -d "Read endpoints from this file of wg-quick too"
complete -c vpn-firewall -l resolve -d "Look up every host name of those files"
complete -c vpn-firewall -l backend -x -a "nft iptables" -d "How the rules reach the kernel"
complete -c vpn-firewall -l help -d "Show help"
complete -c vpn-firewall -n "__fish_seen_subcommand_from start restart reload" -l confirm -x -a "60 120 300" -d "Go back unless confirmed in time"
complete -c vpn-firewall -n "__fish_seen_subcommand_from status explain" -l json -d "Print JSON"
complete -c vpn-firewall -n "__fish_seen_subcommand_from save" -l to -xa "(__fish_complete_directories)" -d "The folder"
