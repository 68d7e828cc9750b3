// The page of an experiment: tables, plots, what it was told, where and how long it ran.
#pragma once

#include <voronet/apps/experiment/tables.h>

namespace voronet {

// To lie in the experiment's folder, whose cells' pages it leads to; of what is finished so far. `command`
// repeats it.
std::string experiment_page(const Experiment& experiment, const CellResults& results,
                            const std::string& command);

}  // namespace voronet
