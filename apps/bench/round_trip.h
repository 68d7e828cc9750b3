// How far two cores are from each other.
#pragma once

namespace voronet {

// Nanoseconds in which a cache line goes from one core to another and back, the median of many trips, between
// the first two cores that this process may use. About 50 where cores share a cache, 300 and more where they
// do not; a virtual machine's cores can change from one to the other within minutes. Takes less than a
// tenth of a second on idle cores. Throws Error where there is only one core.
double round_trip_nanoseconds();

}  // namespace voronet
