// SPDX-License-Identifier: Apache-2.0
// The SVG is written by hand: a frame, ticks, a polyline a curve, and its name at its end.
#include "loss_plot.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace digits {
namespace {

// In pixels.
constexpr double kWidth = 784, kHeight = 440;
constexpr double kLeft = 88, kRight = 600, kTop = 52, kBottom = 382;
constexpr double kLabelGap = 20;  // between the baselines of neighbouring names

// Okabe and Ito's colours, told apart with any colour vision, and a dash pattern for those who
// print in grey.
struct Style {
  const char* colour;
  const char* dash;
};
constexpr std::array<Style, 4> kStyles = {
    {{"#009E73", "none"}, {"#0072B2", "9 3"}, {"#D55E00", "none"}, {"#222222", "2 3"}}};

#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
std::string
Text(const char* format, ...) {
  char buffer[512];
  va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(buffer, sizeof buffer, format, arguments);
  va_end(arguments);
  return std::string(
      buffer, static_cast<size_t>(std::clamp(length, 0, static_cast<int>(sizeof buffer) - 1)));
}

bool Drawable(double loss) { return loss > 0 && std::isfinite(loss); }

// Where epochs and losses lie in the picture.
struct Axes {
  explicit Axes(const std::vector<Curve>& curves) {
    double low = HUGE_VAL, high = 0;
    for (const Curve& curve : curves) {
      epochs = std::max(epochs, static_cast<int>(curve.losses.size()) - 1);
      for (const double loss : curve.losses) {
        if (!Drawable(loss)) continue;
        low = std::min(low, loss);
        high = std::max(high, loss);
      }
    }
    if (high == 0) low = high = 1;
    low_decade = static_cast<int>(std::floor(std::log10(low)));
    // The top need not be a whole decade; a tenth of one above the data leaves it some air.
    high_log = std::max(std::log10(high) + 0.1, low_decade + 1.);
  }

  double X(double epoch) const { return kLeft + (kRight - kLeft) * epoch / epochs; }
  double Y(double loss) const {
    return kBottom - (kBottom - kTop) * (std::log10(loss) - low_decade) / (high_log - low_decade);
  }

  int epochs = 1;
  int low_decade = 0;
  double high_log = 1;
};

// At most eight steps, of 1, 2 or 5 times a power of ten.
int TickStep(int epochs) {
  int step = 1;
  for (int power = 1;; power *= 10) {
    for (const int factor : {1, 2, 5}) {
      step = factor * power;
      if (epochs / step <= 8) return step;
    }
  }
}

std::string DrawTicks(const Axes& axes) {
  std::string svg;
  for (int epoch = 0, step = TickStep(axes.epochs); epoch <= axes.epochs; epoch += step) {
    svg += Text("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='#444'/>\n", axes.X(epoch),
                kBottom, axes.X(epoch), kBottom + 5);
    svg += Text("<text x='%.1f' y='%.1f' text-anchor='middle'>%d</text>\n", axes.X(epoch),
                kBottom + 20, epoch);
  }
  for (int decade = axes.low_decade; decade <= axes.high_log; ++decade) {
    for (int factor = 1; factor < 10; ++factor) {
      const double loss = factor * std::pow(10., decade);
      if (std::log10(loss) > axes.high_log) break;
      const double y = axes.Y(loss);
      if (factor > 1) {
        svg += Text("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='#aaa'/>\n", kLeft - 3, y,
                    kLeft, y);
        continue;
      }
      svg += Text("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='#ddd'/>\n", kLeft, y,
                  kRight, y);
      svg += Text("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='#444'/>\n", kLeft - 6, y,
                  kLeft, y);
      svg +=
          Text("<text x='%.1f' y='%.1f' text-anchor='end'>%g</text>\n", kLeft - 10, y + 4.5, loss);
    }
  }
  return svg;
}

std::string DrawCurve(const Axes& axes, const Curve& curve, const Style& style) {
  std::string points;
  for (size_t epoch = 0; epoch < curve.losses.size(); ++epoch) {
    if (!Drawable(curve.losses[epoch])) continue;
    points += Text("%.1f,%.1f ", axes.X(static_cast<double>(epoch)), axes.Y(curve.losses[epoch]));
  }
  return Text("<polyline fill='none' stroke='%s' stroke-width='2.2' stroke-dasharray='%s' points='",
              style.colour, style.dash) +
         points + "'/>\n";
}

// The names stand at the ends of the curves, moved apart where they would overlap.
std::string DrawNames(const Axes& axes, const std::vector<Curve>& curves) {
  struct Label {
    size_t curve;
    double end;  // y of the curve's last point
    double y;    // of the label
  };
  std::vector<Label> labels;
  for (size_t i = 0; i < curves.size(); ++i) {
    const double last = curves[i].losses.back();
    const double end = Drawable(last) ? axes.Y(last) : kTop;
    labels.push_back({i, end, end});
  }
  std::stable_sort(labels.begin(), labels.end(),
                   [](const Label& a, const Label& b) { return a.end < b.end; });
  for (size_t i = 1; i < labels.size(); ++i) {
    labels[i].y = std::max(labels[i].end, labels[i - 1].y + kLabelGap);
  }
  // What was pushed below the frame goes back up, and takes its neighbours with it.
  double lowest = kBottom;
  for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
    label->y = std::min(label->y, lowest);
    lowest = label->y - kLabelGap;
  }

  std::string svg;
  for (const Label& label : labels) {
    const char* const colour = kStyles[label.curve].colour;
    svg += Text("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='%s' stroke-width='1'/>\n",
                kRight + 2, label.end, kRight + 18, label.y, colour);
    svg += Text("<text x='%.1f' y='%.1f' fill='%s' font-weight='bold'>%s</text>\n", kRight + 22,
                label.y + 4.5, colour, curves[label.curve].name.c_str());
  }
  return svg;
}

}  // namespace

void WriteLossPlot(const std::string& path, const std::string& title,
                   const std::vector<Curve>& curves) {
  if (curves.size() > kStyles.size())
    throw std::runtime_error("a loss plot has four curves at most");
  const Axes axes(curves);
  std::string svg = Text(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %g %g' width='%g' height='%g' "
      "font-family='Helvetica, Arial, sans-serif' font-size='13' fill='#222'>\n"
      "<rect width='100%%' height='100%%' fill='white'/>\n",
      kWidth, kHeight, kWidth, kHeight);
  svg +=
      Text("<text x='%g' y='28' font-size='16' font-weight='bold'>", kLeft) + title + "</text>\n";
  svg += DrawTicks(axes);
  svg += Text("<path d='M%g %gV%gH%g' fill='none' stroke='#444'/>\n", kLeft, kTop, kBottom, kRight);
  svg += Text("<text x='%g' y='%g' text-anchor='middle'>epoch</text>\n", (kLeft + kRight) / 2,
              kBottom + 44);
  svg += Text(
      "<text transform='translate(18 %g) rotate(-90)' text-anchor='middle'>"
      "training loss (cross-entropy, log scale)</text>\n",
      (kTop + kBottom) / 2);
  for (size_t i = 0; i < curves.size(); ++i) svg += DrawCurve(axes, curves[i], kStyles[i]);
  svg += DrawNames(axes, curves) + "</svg>\n";

  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << svg;
  file.close();
  if (!file) {
    throw std::runtime_error(path +
                             ": cannot be written: " + std::generic_category().message(errno));
  }
}

}  // namespace digits
