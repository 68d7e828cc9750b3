# At each build: version and commit as a C++ file, which is written anew, and compiled, only when they changed.
#   cmake -DSOURCE=... -DVERSION=... -DOUT=... -P version.cmake
set(commit "")
if(EXISTS ${SOURCE}/.git)
  execute_process(COMMAND git -C ${SOURCE} describe --always --exclude=* --dirty=+ OUTPUT_VARIABLE commit
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(commit)
  set(VERSION "${VERSION} (${commit})")
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "namespace voronet {
extern const char* const version_and_commit;
const char* const version_and_commit = \"${VERSION}\";
}  // namespace voronet
")
