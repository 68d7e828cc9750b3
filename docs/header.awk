#!/usr/bin/awk -f
# A header as Doxygen reads it: its `//` comments become Doxygen's, and no line moves.
#   - The first comment is the file's.
#   - A comment above a declaration is that declaration's. That of a function is also that of those right below it, without a
#     blank line between, that have its name, or differ from it in their names alone, and have no comment above.
#   - That of a class is also that of its constructors and assignments that have none, and of the function right below it that
#     returns one.
#   - A comment behind a declaration adds to that.
#   - Comments in function bodies and parameter lists, and above blank lines, stay what they are.
#   - What the namespace holds belongs to the module of the header's folder (docs/build.sh, which gives root, the tree's).
# The text of a comment is text with `code` in it, items, which begin with "- ", and indented lines, which stay as they are.

# Doxygen's special characters as themselves, but in `code`.
function plain(text,   parts, n, i) {
  n = split(text, parts, "`")
  text = parts[1]
  for (i = 1; i <= n; ++i) {
    if (i % 2) gsub(/[\\@#%<>&*$~]/, "\\\\&", parts[i])
    text = i == 1 ? parts[1] : text "`" parts[i]
  }
  return text
}

# Comment lines from..to as Doxygen's, in out; returns the text in one line. A paragraph comes into one line, too, so that
# none of its others begins like a list.
function comment(from, to,   i, text, mode, paragraph, all) {
  for (i = from; i <= to; ++i) {
    text = lines[i]
    sub(/^ *\/\/ ?/, "", text)
    out[i] = "///"
    if (text ~ /^  / && mode != "item") {
      if (mode != "code") out[i - 1] = out[i - 1] (text ~ /[;{]( +\/\/.*)?$|^ *for \(/ ? " @code{.cpp}" : " @verbatim")
      mode = "code"
      out[i] = "///" text
      continue
    }
    if (mode == "code") endcode(i - 1)
    if (text == "") { mode = ""; continue }
    text = plain(text)
    sub(/^ +/, "", text)
    all = all (all == "" ? "" : " ") text
    if (mode != "" && mode != "code" && text !~ item) out[paragraph] = out[paragraph] " " text
    else {
      mode = text ~ item ? "item" : "prose"
      paragraph = i
      out[i] = "/// " text
    }
  }
  if (mode == "code") endcode(to)
  return all
}

function endcode(last,   i) {
  for (i = last; out[i] !~ / @(code\{.cpp\}|verbatim)$/; --i) {}
  out[last] = out[last] (out[i] ~ /verbatim$/ ? " @endverbatim" : " @endcode")
}

# A line without what is in strings and comments.
function bare(line) {
  gsub(/\\./, "", line)
  gsub(/"[^"]*"/, "\"\"", line)
  gsub(/'[^']'/, "0", line)
  gsub(/\/\*[^*]*\*\//, "", line)
  sub(/\/\/.*/, "", line)
  return line
}

# What an opening brace after such a statement opens.
function opens(head) {
  while (sub(/^ *template *<[^<>]*(<[^<>]*>[^<>]*)*>/, "", head)) {}
  if (head ~ /^ *enum /) return "enum"
  return head ~ /^ *namespace |^ *(class|struct|union) [^(=]*$/ ? "scope" : "body"
}

# Whether declarations stand here.
function declares() { return !depth || kind[depth] != "body" }

# Reads code: what is open (kind[1..depth], parentheses) and the statement so far.
function follow(code,   i, c) {
  for (i = 1; i <= length(code); ++i) {
    c = substr(code, i, 1)
    parentheses += (c == "(") - (c == ")")
    if (c == "{") {
      kind[depth + 1] = declares() && !parentheses ? opens(statement) : "body"
      if (kind[++depth] != "body") statement = ""
    } else if (c == "}") {
      # The body of a function ends its declaration; after a value in braces that goes on.
      if (kind[depth--] == "body" && declares() && !parentheses && substr(code, i + 1) !~ /^ *[;,(){]/) statement = ""
    } else if (declares() && !parentheses && (c == ";" || c == "," && kind[depth] == "enum")) statement = ""
    else if (declares()) statement = statement c
  }
  if (statement ~ /^ *((public|protected|private) *:)? *$/) statement = ""
}

# The declaration that begins in line i, up to its body or value, without template parameters.
function declaration(i,   text) {
  while (i < NR && text !~ /[;{]/) text = text " " bare(lines[i++])
  sub(/[;{].*/, "", text)
  gsub(/ +/, " ", text)
  while (sub(/^ *template *<[^<>]*(<[^<>]*>[^<>]*)*>/, "", text)) {}
  sub(/decltype\(auto\)/, "auto", text)
  return text
}

# The name of the function that a declaration declares, "" where it declares something else.
function called(text,   head) {
  if (match(text, /operator[^a-z_ ]+\(/)) return substr(text, RSTART, RLENGTH - 1)
  head = substr(text, 1, index(text, "(") - 1)
  if (head ~ /=/ || gsub(/</, "<", head) != gsub(/>/, ">", head)) return ""
  return match(head, /~?[A-Za-z_0-9]+$/) ? substr(head, RSTART) : ""
}

# Whether a comment above one declaration speaks of the next one too (see above).
function alike(one, other,   a, b) {
  b = called(other)
  if (b == "") return 0
  if (class_of(one) != "") return match(substr(other, 1, index(other, b "(") - 1), "(^|[^A-Za-z])" class_of(one) "([^A-Za-z]|$)")
  a = called(one)
  sub(/ \(/, "(", one)
  return a == b || a != "" && one !~ /\(\)/ && without(one, a) == without(other, b)
}

# The name of the class that a declaration defines, "" where it declares something else.
function class_of(text) {
  if (text !~ /^ *(class|struct) [^(=]*$/) return ""
  sub(/^ *(class|struct) /, "", text)
  sub(/[ :].*/, "", text)
  return text
}

function without(text, name,   at) {
  at = index(text, name "(")
  return substr(text, 1, at - 1) substr(text, at + length(name))
}

function fresh() { return declares() && statement == "" && !parentheses }

# A line of fields as one statement each, since Doxygen gives a comment to one of them alone: "Index a = 0, b = 0;". Each has
# the text before it, but the first not where a comment above says that already. Other lines stay in one.
function fields(line, text, said,   part, parts, open, i, c, type, all) {
  parts = 1
  if (line ~ /;$/ && line !~ /^ *(enum|class|struct|using|friend) /)
    for (i = 1; i < length(line); ++i) {
      c = substr(line, i, 1)
      open += (c ~ /[({[<]/) - (c ~ /[)}\]>]/)
      if (c == "," && !open) ++parts
      else part[parts] = part[parts] c
    }
  if (parts == 1) return said ? line : "/** " text " */ " line
  type = part[1]
  sub(/[A-Za-z_0-9]+ *([={].*)?$/, "", type)
  for (i = 1; i <= parts; ++i) all = all (i == 1 && said ? "" : "/** " text " */ ") (i > 1 ? type : "") part[i] "; "
  return all
}

{ lines[NR] = $0 }

END {
  module = FILENAME
  sub("^" ENVIRON["root"] "/", "", module)
  sub(/\/[^\/]*$/, "", module)
  gsub(/\//, "_", module)
  item = "^(- |T[0-9]+[.,] )"  # of a list, or a theorem
  for (i = 1; i <= NR; ++i) {
    if (fresh() && lines[i] ~ /^ *\/\//) {
      for (from = i; lines[i + 1] ~ /^ *\/\//; ++i) {}
      group = comment(from, i)
      if (from == 1) print "/// @file"
      else if (lines[i + 1] ~ /^ *(}.*)?$/) group = ""
      for (j = from; j <= i; ++j) print from == 1 || group != "" ? out[j] : lines[j]
      above = group != ""
      continue
    }
    if (lines[i] == "#pragma once") continue  # its line is the first comment's
    code = line = bare(lines[i])
    sub(/ +$/, "", line)
    begins = fresh() && code !~ /^ *(#.*)?$|^ *}|^ *(public|protected|private) *:/
    if (fresh() && !begins) group = ""
    if (begins) {
      declared = declaration(i)
      headed = above
      shared = !above && group != "" && alike(commented, declared)
      if (above || shared) commented = declared
    } else shared = 0
    made = begins && !above && depth && class[depth] != "" && (called(declared) == class[depth] || called(declared) == "operator=")
    before = depth
    if (code !~ /^ *#/) follow(code)
    if (depth > before && kind[depth] != "body") {
      class[depth] = headed ? class_of(declared) : ""
      comment_of[depth] = group
      declaration_of[depth] = declared
    }

    # The comment behind, with the lines below in which it goes on.
    text = rest = ""
    if (match(lines[i], /[^ ] +\/\/ /) && fresh() && code !~ /^ *[#}]/) {
      column = index(lines[i], "// ")
      text = plain(substr(lines[i], column + 3))
      for (from = i; lines[i + 1] ~ /^ +\/\/ / && index(lines[i + 1], "// ") == column; rest = rest "\n")
        text = text " " plain(substr(lines[++i], column + 3))
      line = substr(lines[from], 1, column - 1)
      sub(/ +$/, "", line)
    } else line = lines[i]
    if (!before && lines[i] ~ /^namespace /) line = line " /** @addtogroup " module " */ /** @{ */"
    if (before && !depth && lines[i] ~ /^}  \/\/ namespace /) line = "/** @} */ " lines[i]

    if (begins && called(declared) == "" && (line !~ /;$/ || declared !~ /^ *(friend|class|struct) /) && declared !~ /^ *namespace /)
      line = fields(line, above ? group : text == "" ? "&zwj;" : text, above) (above && text != "" ? " ///< " text : "")
    else if (text != "") line = line " ///< " text
    print (shared ? "/** " group " */ " : made && line !~ /\/\/\// ? "/** See " class[before] ". */ " : "") line rest
    if (depth > before && kind[depth] != "body" || depth < before && kind[before] != "body") group = ""
    if (depth < before && kind[before] != "body" && class[before] != "") {
      group = comment_of[before]
      commented = declaration_of[before]
    }
    above = 0
  }
}
