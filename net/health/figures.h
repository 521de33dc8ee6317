// Figures for monitoring, in the text form of Prometheus (docs/operations/monitoring.md). They name sites and count; they have no
// value of a record.
#pragma once

#include <string>

#include "net/health/alarm.h"

namespace chancery::health {

std::string Figures(const StatusView& status, const Standing& standing, const Alarm& alarm);

}  // namespace chancery::health
