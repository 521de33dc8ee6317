# Mutants of C++ sources, one a line: FILE TAB LINE TAB WHAT TAB the line as it becomes. Empty lines, comments, includes, CHECKs and what
# is inside quotes are left alone. Not each of them compiles.
function emit(what, becomes) { printf "%s\t%d\t%s\t%s\n", FILENAME, FNR, what, becomes }

# Each place of the pattern in the code of the line, replaced.
function replace(pattern, by,   from, at, before) {
  for (from = 1; match(substr(code, from), pattern); from = at + RLENGTH) {
    at = from + RSTART - 1
    if (substr(code, at, RLENGTH) !~ /"/) emit(substr(code, at, RLENGTH) " -> " by, substr($0, 1, at - 1) by substr($0, at + RLENGTH))
  }
}

# Whole numbers become one more.
function count_up(   from, at, number) {
  for (from = 1; match(substr(code, from), /[^A-Za-z0-9_.x][0-9]+[^A-Za-z0-9_.x']/); from = at + RLENGTH - 1) {
    at = from + RSTART
    number = substr(code, at, RLENGTH - 2)
    emit(number " -> " number + 1, substr($0, 1, at - 1) (number + 1) substr($0, at + RLENGTH - 2))
  }
}

# The line, with quoted text and comments made blank: columns stay.
function code_of(line,   out, i, c, quote) {
  for (i = 1; i <= length(line); ++i) {
    c = substr(line, i, 1)
    if (quote == "" && substr(line, i, 2) == "//") break
    if (quote != "" && c == "\\") { out = out "  "; ++i; continue }
    if (quote == "" && (c == "\"" || (c == "'" && substr(line, i - 1, 1) !~ /[0-9]/))) quote = c
    else if (c == quote) { quote = ""; c = " " }
    out = out (quote == "" ? c : " ")
  }
  return out
}

{ code = code_of($0) }
/^ *#/ || /^(using|namespace|constexpr|template)/ || /CHECK\(/ || /static_assert/ { next }
{
  replace("==", "!="); replace("!=", "==")
  replace(" <= ", " < "); replace(" >= ", " > "); replace(" < ", " <= "); replace(" > ", " >= ")
  replace("&&", "||"); replace("[|][|]", "&&")
  replace(" [+] ", " - "); replace(" - ", " + ")
  replace("[+][+]", "--"); replace(" [+]= ", " -= "); replace(" [|]= ", " &= ")
  replace("true", "false"); replace("false", "true")
  replace("std::max", "std::min"); replace("std::min", "std::max")
  count_up()
}
# A whole statement that changes something is left out: a call, an assignment, `continue`, `break`.
code ~ /^ +([a-zA-Z_][][a-zA-Z_0-9.:*>()-]*( ([-+|&]?=) .*|\(.*\))|continue|break);$/ && code !~ /^ *(return|delete)/ {
  match($0, /^ */)
  emit("left out", substr($0, 1, RLENGTH) ";")
}
