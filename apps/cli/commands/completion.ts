import type { Context } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';

// Each script only hands the words to `devops-sim __complete`, so that all shells complete the same. The answer is
// one candidate a line, a tab and what it means, and at last `:file` when file names fit too, else `:none`.

const bash = `# Completion of devops-sim for bash.
_devops_sim() {
  local before="\${COMP_LINE:0:COMP_POINT}" words=() lines=() line word prefix=""
  # COMP_WORDS is cut at ':' and '=', which belong to names here.
  read -ra words <<< "$before"
  [[ "$before" == *" " ]] && words+=("")
  word="\${words[\${#words[@]} - 1]}"
  mapfile -t lines < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
  [[ \${#lines[@]} -gt 0 ]] || return
  case "$word" in
    *=*) [[ "$COMP_WORDBREAKS" == *=* ]] && prefix="\${word%"\${word##*=}"}" ;;
    *:*) [[ "$COMP_WORDBREAKS" == *:* ]] && prefix="\${word%"\${word##*:}"}" ;;
  esac
  COMPREPLY=()
  for line in "\${lines[@]:0:\${#lines[@]} - 1}"; do
    line="\${line%%$'\\t'*}"
    COMPREPLY+=("\${line#"$prefix"}")
  done
  if [[ "\${lines[\${#lines[@]} - 1]}" == ":file" ]]; then
    compopt -o filenames
    mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "\${word#"$prefix"}")
  fi
}
complete -F _devops_sim devops-sim
`;

const zsh = `#compdef devops-sim
# Completion of devops-sim for zsh.
_devops-sim() {
  local -a lines values
  local line
  lines=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${(@)lines[1,-2]}"; do
    values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( \${#values} )) && _describe devops-sim values
  [[ "\${lines[-1]}" == ":file" ]] && _files
}
if [[ "\${funcstack[1]}" == "_devops-sim" ]]; then
  _devops-sim "$@"
else
  compdef _devops-sim devops-sim
fi
`;

const fish = `# Completion of devops-sim for fish.
function __devops_sim_lines
  set -l words (commandline -opc)
  set -l word (commandline -ct)
  $words[1] __complete -- $words[2..-1] "$word" 2>/dev/null
end
complete -c devops-sim -f
complete -c devops-sim -a '(__devops_sim_lines | string match -v -r "^:")'
complete -c devops-sim -n '__devops_sim_lines | string match -q ":file"' -F
`;

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish };

/** `devops-sim completion SHELL`. */
export async function completion(args: string[], { out }: Context): Promise<ExitCode> {
  out.write(scripts[args[0]!]!);
  return exitCode.pass;
}
