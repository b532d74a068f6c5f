// What deciding costs: a big plan on many workers through the run machine alone, without messages, journal text or waiting.
#pragma once

#include <cstdint>

namespace tamarack::simulation {

struct ScaleShape {
  std::size_t units = 10'000;
  std::size_t workers = 100;
  bool alone = true;     // one framework invocation per unit: as many leases as units
  bool ordered = false;  // every unit waits for the first
};

struct ScaleFigure {
  double seconds = 0;
  std::int64_t decisions = 0;
  std::int64_t leases = 0;
};

ScaleFigure measure_scale(const ScaleShape& shape);

}  // namespace tamarack::simulation
