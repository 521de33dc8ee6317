#include "net/sim/picture.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace chancery::sim {
namespace {

constexpr double kLeft = 110, kWide = 1240, kTop = 60, kLane = 78, kRight = 20, kFoot = 56;

class Picture {
 public:
  Picture(const Plan& plan, const Report& report) : plan_(plan), report_(report) {
    for (const Mark& mark : report.marks) last_ms_ = std::max(last_ms_, mark.at_ms);
    high_ = kTop + kLane * static_cast<double>(report.sites.size()) + kFoot;
  }

  std::string Draw() {
    Begin();
    for (const Gap& gap : report_.gaps) Shade(gap);
    for (size_t site = 0; site < report_.sites.size(); ++site) Lane(static_cast<int>(site));
    Legend();
    return svg_ + "</svg>\n";
  }

 private:
  double X(int64_t ms) const {
    return kLeft + kWide * static_cast<double>(std::min(ms, last_ms_)) / static_cast<double>(std::max<int64_t>(last_ms_, 1));
  }
  static double Y(int site) { return kTop + kLane * (site + 0.5); }

  void Begin() {
    const double wide = kLeft + kWide + kRight;
    absl::StrAppendFormat(&svg_,
                          "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" "
                          "font-size=\"13\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
                          wide, high_);
    const char* end = report_.failure.empty() ? "everything held" : "FAILED";
    Text(20, 28, absl::StrCat(CommandOf(plan_), ": ", end), "#222");
    Text(20, 46, absl::StrCat(TimeText(last_ms_), " of virtual time"), "#777");
  }
  void Text(double x, double y, const std::string& text, const char* colour) {
    absl::StrAppendFormat(&svg_, "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>\n", x, y, colour, text);
  }
  // Between the two lanes, on the side of the site that nothing reached.
  void Shade(const Gap& gap) {
    const double x = X(gap.from_ms), wide = std::max(X(gap.to_ms) - x, 0.6);
    const double y = Y(gap.to) + (gap.from < gap.to ? -kLane / 2 + 2 : kLane / 2 - 10);
    absl::StrAppendFormat(&svg_, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"8\" fill=\"#d9534f\" opacity=\"0.18\"/>\n",
                          x, y, wide);
    absl::StrAppendFormat(&svg_, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"26\" fill=\"#999\" opacity=\"0.07\"/>\n", x,
                          Y(gap.to) - 13, wide);
  }

  void Lane(int site) {
    Text(20, Y(site) + 4, report_.sites[static_cast<size_t>(site)], "#222");
    absl::StrAppendFormat(&svg_, "<line x1=\"%.0f\" y1=\"%.1f\" x2=\"%.0f\" y2=\"%.1f\" stroke=\"#bbb\"/>\n", kLeft, Y(site),
                          kLeft + kWide, Y(site));
    int64_t down_ms = -1;
    for (const Mark& mark : report_.marks) {
      if (mark.site != site) continue;
      if (mark.what == Mark::What::kWentDown) down_ms = mark.at_ms;
      if (mark.what == Mark::What::kCameBack && down_ms >= 0) Down(site, std::exchange(down_ms, -1), mark.at_ms);
      Put(mark);
    }
    Curve(site, Mark::What::kCases, "#c9302c");
    Curve(site, Mark::What::kSettled, "#2a7d4f");
  }
  void Down(int site, int64_t from_ms, int64_t to_ms) {
    absl::StrAppendFormat(&svg_, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"12\" fill=\"#333\" opacity=\"0.6\"/>\n",
                          X(from_ms), Y(site) - 6, std::max(X(to_ms) - X(from_ms), 0.8));
  }
  void Put(const Mark& mark) {
    const double x = X(mark.at_ms), y = Y(mark.site);
    if (mark.what == Mark::What::kFiled)
      absl::StrAppendFormat(&svg_, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\" fill=\"#1f6fb2\"/>\n", x, y);
    if (mark.what == Mark::What::kRuled)
      absl::StrAppendFormat(&svg_, "<path d=\"M%.1f %.1f l4 4 l-4 4 l-4 -4 z\" fill=\"#8a4fbf\"/>\n", x, y - 4);
    if (mark.what == Mark::What::kMerged)
      absl::StrAppendFormat(&svg_, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#e08a00\" opacity=\"0.7\"/>\n",
                            x, y - 9, x, y + 9);
  }
  // What grows and shrinks, as a line at the foot of the lane.
  void Curve(int site, Mark::What what, const char* colour) {
    uint64_t most = 1;
    for (const Mark& mark : report_.marks)
      if (mark.what == what) most = std::max(most, mark.count);
    const double base = Y(site) + kLane / 2 - 4;
    std::string points = absl::StrFormat("%.1f,%.1f", kLeft, base);
    double y = base;
    for (const Mark& mark : report_.marks) {
      if (mark.site != site || mark.what != what) continue;
      absl::StrAppendFormat(&points, " %.1f,%.1f", X(mark.at_ms), y);
      y = base - 22 * static_cast<double>(mark.count) / static_cast<double>(most);
      absl::StrAppendFormat(&points, " %.1f,%.1f", X(mark.at_ms), y);
    }
    absl::StrAppendFormat(&points, " %.1f,%.1f", kLeft + kWide, y);
    absl::StrAppendFormat(&svg_, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\"/>\n", points, colour);
  }

  void Legend() {
    const double y = high_ - 20;
    Text(20, y,
         "dot: filed   diamond: ruled   upright: entries came in   black: down   shaded: nothing reaches it from above, or below",
         "#555");
    Text(kLeft + 800, y, "red: cases that wait", "#c9302c");
    Text(kLeft + 960, y, "green: entries settled", "#2a7d4f");
  }

  const Plan& plan_;
  const Report& report_;
  int64_t last_ms_ = 1;
  double high_ = 0;
  std::string svg_;
};

}  // namespace

std::string PictureOf(const Plan& plan, const Report& report) { return Picture(plan, report).Draw(); }

}  // namespace chancery::sim
