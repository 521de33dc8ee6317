#include "engine/pipeline/changes.h"

#include <functional>
#include <queue>
#include <tuple>
#include <vector>

#include "engine/base/planted.h"
#include "engine/base/status.h"

namespace chancery {
namespace {

using Next = std::tuple<Hlc, LaneId, Dot>;  // of each lane its first entry that was not told

}  // namespace

absl::Status EachChange(const Workspace& work, Reader& reader, std::string_view since, std::string_view address,
                        const std::function<bool(const ChangeView&)>& visit) {
  ASSIGN_OR_RETURN(Vector told, work.lanes.ParseFrontier(since));
  ASSIGN_OR_RETURN(const Reader::About about, reader.LookUp(address));
  std::priority_queue<Next, std::vector<Next>, std::greater<Next>> next;
  const auto add = [&](const Lane& lane) -> absl::Status {
    const uint64_t seq = told.At(lane.handle) + 1;
    if (seq > lane.tip()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Hlc hlc, work.journal.HlcAt(MakeDot(lane.handle, seq)));
    next.emplace(hlc, lane.id, MakeDot(lane.handle, seq));
    return absl::OkStatus();
  };
  for (const Lane& lane : work.lanes.all()) {
    if (Planted(Bug::kFeedSkips) && told.At(lane.handle) > 0) told.Raise(lane.handle, told.At(lane.handle) + 1);
    RETURN_IF_ERROR(add(lane));
  }
  while (!next.empty()) {
    const Dot dot = std::get<2>(next.top());
    next.pop();
    told.Raise(HandleOf(dot), SeqOf(dot));
    ASSIGN_OR_RETURN(const bool wanted, reader.IsAbout(dot, about));
    if (wanted) {
      ASSIGN_OR_RETURN(EntryView entry, reader.Entry(dot));
      if (!visit({std::move(entry), work.lanes.FrontierText(told)})) return absl::OkStatus();
    }
    RETURN_IF_ERROR(add(work.lanes.At(HandleOf(dot))));
  }
  return absl::OkStatus();
}

}  // namespace chancery
