# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of leakverifier for fish.

set -l verbs verify list explain prove serve
complete -c leakverifier -f
complete -c leakverifier -n "not __fish_seen_subcommand_from $verbs" -a verify -d "Break a VPN in labs, without and with a firewall"
complete -c leakverifier -n "not __fish_seen_subcommand_from $verbs" -a list -d "List the scenarios"
complete -c leakverifier -n "not __fish_seen_subcommand_from $verbs" -a explain -d "Say what a scenario shows"
complete -c leakverifier -n "not __fish_seen_subcommand_from $verbs" -a prove -d "Prove the policy of the loaded rules, or show a packet"
complete -c leakverifier -n "not __fish_seen_subcommand_from $verbs" -a serve -d "Run the fake OpenVPN server"
complete -c leakverifier -n "not __fish_seen_subcommand_from $verbs" -l version -d "Show the version"
complete -c leakverifier -l help -d "Show help"
complete -c leakverifier -n "__fish_seen_subcommand_from verify" -l firewall -x -a "builtin builtin-iptables none (__fish_complete_directories)" -d "The firewall under test"
complete -c leakverifier -n "__fish_seen_subcommand_from verify" -l lab -x -a "netns docker" -d "What hosts are made of"
complete -c leakverifier -n "__fish_seen_subcommand_from verify" -l scenario -x -a "(leakverifier list 2>/dev/null | string split -f1 ' ')" -d "Only these"
complete -c leakverifier -n "__fish_seen_subcommand_from verify" -l repeat -x -d "Run each so often"
complete -c leakverifier -n "__fish_seen_subcommand_from verify prove" -l json -rF -d "Write JSON; - is standard output"
complete -c leakverifier -n "__fish_seen_subcommand_from list" -l json -d "Print JSON"
complete -c leakverifier -n "__fish_seen_subcommand_from verify" -l junit -rF -d "Write JUnit XML"
complete -c leakverifier -n "__fish_seen_subcommand_from verify serve" -l out -rF -d "Where to write"
complete -c leakverifier -n "__fish_seen_subcommand_from explain" -a "(leakverifier list 2>/dev/null | string split -f1 ' ')"
complete -c leakverifier -n "__fish_seen_subcommand_from prove" -l config -rF -d "File, or folder of *.conf files"
complete -c leakverifier -n "__fish_seen_subcommand_from prove" -l ruleset -rF -d "Read listings instead of the kernel's rules"
complete -c leakverifier -n "__fish_seen_subcommand_from prove" -l packet -x -d "Trace one packet"
complete -c leakverifier -n "__fish_seen_subcommand_from prove" -l cross-check -d "Ask z3 for a second opinion"
complete -c leakverifier -n "__fish_seen_subcommand_from serve" -l script -rF -d "The fault script"
complete -c leakverifier -n "__fish_seen_subcommand_from serve" -l listen -x -d "Where to listen"
