// The small process between Tamarack and everything it starts (`tamarack __shim`). It is the subreaper of its command's whole tree: when
// the command ends, or when Tamarack dies and the control socket closes, nothing of the tree is left. It writes how the command ended to
// the record file before it tells anybody, so the fact survives a Tamarack that was killed at that moment.
#pragma once

namespace tamarack::io {

// argv: __shim RECORD_PATH_OR_DASH -- COMMAND ARG…; descriptor 3 is the control socket.
int shim_main(int argc, char** argv);

inline constexpr int shim_control_descriptor = 3;

}  // namespace tamarack::io
