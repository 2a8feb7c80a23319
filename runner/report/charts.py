"""The charts of the sheet Summary, as the workbook's own chart objects over cells of that sheet. Heavy."""

from collections.abc import Mapping
from math import ceil

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.series import Series
from openpyxl.chart.series_factory import SeriesFactory
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)

from runner.outcome import State
from runner.report.styles import FIRST_COLOUR, RETRY_COLOUR, state_colour

WIDTH = 19.4
"""Centimetres, as all lengths here."""

_OUTLINE, _GRID, _WORDS = "7F7F7F", "D9D9D9", "404040"
_LABELS = 8
"""So many times fit below an axis."""
_FEW = 5
"""Up to so many, an axis would have halves of attempts."""


def state_chart(
    counted: Mapping[State, int], words: Reference, counts: Reference, *, title: str, height: float
) -> BarChart:
    """A bar for each state that has requests, in the state's colour, with the number beside it.

    Args:
        counted: the requests in each state, in the order of the cells.
        words: the cells that name them.
        counts: the cells that say how many requests each has.
        title: of the chart.
        height: of the chart.
    """
    chart = _bars(title, height)
    chart.type = "bar"
    chart.gapWidth = 40
    chart.legend = None
    chart.varyColors = False
    series = _series(words, counts)
    filled = [place for place, count in enumerate(counted.values()) if count]  # a nought is nothing to be read
    for place, state in enumerate(counted):
        point = DataPoint(idx=place, invertIfNegative=False)
        point.spPr = _filled(state_colour(state), outline=_OUTLINE)
        series.dPt.append(point)
    series.dLbls = DataLabelList(dLbl=[_number_at(place) for place in filled])
    series.dLbls.showVal = series.dLbls.showSerName = series.dLbls.showCatName = False
    series.dLbls.showLegendKey = series.dLbls.showPercent = False
    chart.series.append(series)
    chart.x_axis.scaling.orientation = "maxMin"  # the first at the top
    chart.x_axis.txPr = _small()
    chart.x_axis.majorTickMark = "none"
    chart.x_axis.delete = False
    chart.y_axis.delete = True  # the numbers stand at the bars
    chart.y_axis.majorGridlines = None
    return chart


def timeline_chart(
    times: Reference,
    first: Reference,
    retries: Reference,
    most: int,
    *,
    title: str,
    axes: tuple[str, str],
    height: float,
) -> BarChart:
    """Columns of attempts over time, the retries on top.

    Args:
        times: the cells that say when each step begins.
        first: the heading, and below it how many first attempts each step has.
        retries: the same of retries.
        most: attempts in one step.
        title: of the chart.
        axes: the titles of the axis of time, and of that of attempts.
        height: of the chart.
    """
    chart = _bars(title, height)
    chart.type = "col"
    chart.grouping = "stacked"
    chart.overlap = 100
    chart.gapWidth = 15
    for cells, colour in ((first, FIRST_COLOUR), (retries, RETRY_COLOUR)):
        series = _series(times, cells, headed=True)
        series.spPr = _filled(colour)
        chart.series.append(series)
    chart.legend.position = "t"
    chart.legend.overlay = False
    chart.legend.txPr = _small()
    steps = times.max_row - times.min_row + 1
    chart.x_axis.tickLblSkip = chart.x_axis.tickMarkSkip = ceil(steps / _LABELS)
    chart.x_axis.title = _title(axes[0], 900)
    chart.x_axis.txPr = _small()
    chart.x_axis.delete = False
    chart.y_axis.title = _title(axes[1], 900)
    chart.y_axis.txPr = _small()
    chart.y_axis.number_format = "#,##0"
    chart.y_axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill=_GRID)))
    chart.y_axis.scaling.min = 0
    if most <= _FEW:
        chart.y_axis.majorUnit = 1
    chart.y_axis.delete = False
    return chart


def _bars(title: str, height: float) -> BarChart:
    chart = BarChart()
    chart.title = _title(title, 1200, bold=True)
    chart.width = WIDTH  # type: ignore[assignment]  # the stubs take it for a whole number
    chart.height = height
    chart.roundedCorners = False
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(solidFill=_GRID))
    return chart


def _series(names: Reference, numbers: Reference, *, headed: bool = False) -> Series:
    series: Series = SeriesFactory(numbers, title_from_data=headed)
    series.cat = AxDataSource(strRef=StrRef(f=str(names)))  # openpyxl's own way takes them for numbers
    series.invertIfNegative = False
    return series


def _number_at(place: int) -> DataLabel:
    """At the end of a bar."""
    label = DataLabel(idx=place, dLblPos="outEnd", numFmt="#,##0", showVal=True)
    label.showSerName = label.showCatName = label.showLegendKey = label.showPercent = False
    label.txPr = _small()
    return label


def _filled(colour: str, *, outline: str | None = None) -> GraphicalProperties:
    line = LineProperties(solidFill=outline) if outline else LineProperties(noFill=True)
    return GraphicalProperties(solidFill=colour, ln=line)


def _small() -> RichText:
    properties = ParagraphProperties(defRPr=_letters(900))
    return RichText(p=[Paragraph(pPr=properties, endParaRPr=_letters(900))])


def _title(words: str, size: int, *, bold: bool = False) -> Title:
    """In front of nothing: a title that lies over the plot hides a part of it."""
    letters = _letters(size, bold=bold)
    run = RegularTextRun(rPr=letters, t=words)
    return Title(tx=Text(rich=RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=letters), r=[run])])), overlay=False)


def _letters(size: int, *, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, solidFill=_WORDS)
