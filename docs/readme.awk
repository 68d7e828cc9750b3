#!/usr/bin/awk -f
# A README as Doxygen reads it: a page under a name of its own, with links that lead within the site.
#   - The page of core/kernels/README.md is core_kernels_README, and a heading in it core_kernels_README-its-words.
#   - A link to a README or a header leads to its page, one to another file to its copy in files/, which build.sh makes.
#   - `core/shape.h` links to that header, where there is one in this folder or from the root on.
#   - Pages below this one, of files and folders in its folder, become its children in the navigation.
# docs/build.sh gives: root, the tree's folder; pages, the paths of all READMEs; headers, those of all headers in the site.

function page(path) {
  sub(/\.md$/, "", path)
  gsub(/[^A-Za-z0-9]/, "_", path)
  return path
}

# GitHub's name of a heading.
function anchor(text) {
  text = tolower(text)
  gsub(/[^a-z0-9 _-]/, "", text)
  gsub(/ /, "-", text)
  return text
}

# The path from the root on of one that is relative to this file.
function resolve(path) {
  path = folder path
  while (sub(/[^\/]+\/\.\.\//, "", path)) {}
  sub(/^\.\//, "", path)
  return path
}

function listed(path, list) { return index(" " list " ", " " path " ") }

# Where a link leads in the site.
function target(link,   at, path, part) {
  if (link ~ /^[a-z]+:/) return link
  at = index(link, "#")
  path = at ? substr(link, 1, at - 1) : link
  part = at ? "-" anchor(substr(link, at + 1)) : ""
  if (path == "") return "@ref " page(file) part
  path = resolve(path)
  if (listed(path, ENVIRON["pages"])) return "@ref " page(path) part
  if (listed(path, ENVIRON["headers"])) return "@ref " path
  return "files/" path
}

# Text outside of code: links, pictures and what Doxygen takes for commands.
function prose(text,   done, link, words, picture) {
  gsub(/[\\@%]/, "\\\\&", text)
  if (match(text, /^\]\([^)]*\)/)) {  # of a link whose words are code
    done = "](" target(substr(text, 3, RLENGTH - 3)) ")"
    text = substr(text, RLENGTH + 1)
  }
  while (match(text, /!?\[[^]]*\]\([^)]*\)/)) {
    link = substr(text, RSTART, RLENGTH)
    done = done substr(text, 1, RSTART - 1)
    text = substr(text, RSTART + RLENGTH)
    picture = link ~ /^!/
    words = link
    sub(/^!?\[/, "", words)
    sub(/\]\([^)]*\)$/, "", words)
    sub(/.*\]\(/, "", link)
    sub(/\)$/, "", link)
    if (picture) done = done "<img src=\"" target(link) "\" alt=\"" words "\"/>"
    else done = done "[" words "](" target(link) ")"
  }
  return done text
}

# `core/shape.h`, as code or as a link to that header.
function code(text,   path) {
  if (text !~ /^[a-z_0-9\/]+\.h$/) return "`" text "`"
  path = resolve(text)
  if (!listed(path, ENVIRON["headers"])) path = text
  return listed(path, ENVIRON["headers"]) ? "[" text "](@ref " path ")" : "`" text "`"
}

NR == 1 {
  file = FILENAME
  sub("^" ENVIRON["root"] "/", "", file)
  folder = file
  sub(/[^\/]*$/, "", folder)
  if ($0 !~ /^# /) print "# " substr(folder, 1, length(folder) - 1) " {#" page(file) "}\n"
}

/^```/ { fenced = !fenced; print; next }
fenced { print; next }

/^#+ / {
  level = $1
  sub(/^#+ /, "")
  if (level == "#") gsub(/`/, "")  # a title is no markup
  print level " " prose($0) " {#" (level != "#" ? page(file) "-" anchor($0) : file == "README.md" ? "mainpage" : page(file)) "}"
  next
}

# Code may go on in the next line, but not beyond a paragraph.
{
  if ($0 == "" ) within = 0
  n = split($0, parts, "`")
  line = ""
  for (i = 1; i <= n; ++i) {
    if (!within) line = line prose(parts[i])
    else if (i == 1) line = parts[1] (n > 1 ? "`" : "")
    else if (i == n) line = line "`" parts[n]
    else line = line code(parts[i])
    if (i < n) within = !within
  }
  print line
}

END {
  print "\n@htmlonly <div hidden> @endhtmlonly\n"
  n = split(ENVIRON["pages"], paths, " ")
  for (i = 1; i <= n; ++i) {
    below = substr(paths[i], length(folder) + 1)
    if (paths[i] != file && index(paths[i], folder) == 1 && file ~ /README\.md$/ && parent(paths[i]) == file)
      print "- @subpage " page(paths[i])
  }
  print "\n@htmlonly </div> @endhtmlonly"
}

# The page above one: the README of its folder, or of the nearest folder above that has one.
function parent(path) {
  if (path !~ /README\.md$/) { sub(/[^\/]*$/, "README.md", path); return path }
  do {
    sub(/([^\/]*\/)?README\.md$/, "README.md", path)
  } while (!listed(path, ENVIRON["pages"]))
  return path
}
