// The one compilation of toml++.
#define TOML_IMPLEMENTATION
#include <toml++/toml.h>
