package io.valkeysecure.benchmarks;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Color;
import java.awt.Font;
import java.awt.Paint;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.labels.StandardCategoryItemLabelGenerator;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.DefaultCategoryDataset;

/**
 * The main figures as bars in SVG. They are drawn from the tables of the page, so that a picture never says anything
 * else than the page.
 */
final class Pictures {
    private static final int WIDTH = 900;
    private static final int BAR = 26;
    private static final int AROUND = 90;
    private static final Color OURS = new Color(0x1b6ca8);
    private static final Color OTHERS = new Color(0xb9c3cc);
    /** Not 12, which the writer of SVG takes for the default of every reader. */
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

    /** The pictures of the page, each in a file of its own. */
    private static final List<Picture> ALL = List.of(
            new Picture(
                    "connections",
                    Connecting.EC_EIGHT,
                    Metric.CLIENT_CPU,
                    "New connections, 8 at a time: client CPU of each"),
            new Picture(
                    "pipelining",
                    Pipelining.title(Commands.GET, Pipelining.SMALL),
                    Metric.RATE,
                    "Lettuce, pipelined GET of 100 B: commands"),
            new Picture("waiting", Waiting.ONE, Metric.P50, "Lettuce, one GET of 100 B after another"),
            new Picture("stalling", Stalling.TITLE, Metric.WORST_PING, "Lettuce, PING while 100 others connect"),
            new Picture("restart", Storm.TITLE, Metric.ALL_BACK, "Lettuce, 500 connections after a restart"));

    private record Picture(String file, String scenario, Metric metric, String title) {}

    /** A variant and its median. */
    record Bar(String variant, double value) {}

    private Pictures() {}

    /** Draws what the page has figures of. */
    static void draw(Path page, Path directory) throws IOException {
        List<String> lines = Files.readAllLines(page);
        Files.createDirectories(directory);
        for (Picture picture : ALL) {
            List<Bar> bars = bars(lines, picture.scenario(), picture.metric().title());
            if (!bars.isEmpty()) {
                write(chart(picture, bars), AROUND + BAR * bars.size(), directory.resolve(picture.file() + ".svg"));
            }
        }
    }

    /** Reads the medians of a column of the first table below a heading; none if the page has no such table. */
    static List<Bar> bars(List<String> lines, String scenario, String column) {
        List<Bar> bars = new ArrayList<>();
        int at = lines.indexOf("### " + scenario) + 1;
        int index = -1;
        for (String line : at == 0 ? List.<String>of() : lines.subList(at, lines.size())) {
            if (line.startsWith("### ") || (index >= 0 && line.isEmpty())) {
                break;
            }
            List<String> cells = List.of(line.split(" *\\| *", -1));
            if (index < 0) {
                index = cells.indexOf(column);
            } else if (line.startsWith("| ")
                    && !line.startsWith("| ---")
                    && !cells.get(index).equals("-")) {
                String median = cells.get(index).split(" ", 2)[0].replace(",", "");
                bars.add(new Bar(cells.get(1), Double.parseDouble(median)));
            }
        }
        return bars;
    }

    private static JFreeChart chart(Picture picture, List<Bar> bars) {
        DefaultCategoryDataset values = new DefaultCategoryDataset();
        bars.forEach(bar -> values.addValue(bar.value(), "", bar.variant()));
        JFreeChart chart = ChartFactory.createBarChart(
                picture.title(),
                null,
                picture.metric().title(),
                values,
                PlotOrientation.HORIZONTAL,
                false,
                false,
                false);
        chart.setBackgroundPaint(Color.WHITE);
        chart.getTitle().setFont(TEXT.deriveFont(Font.BOLD, 15));
        CategoryPlot plot = chart.getCategoryPlot();
        plot.setBackgroundPaint(Color.WHITE);
        plot.setOutlineVisible(false);
        // room for half of the last number of the axis
        plot.setInsets(new RectangleInsets(4, 8, 4, 32));
        plot.getDomainAxis().setTickLabelFont(TEXT);
        plot.getDomainAxis().setMaximumCategoryLabelWidthRatio(0.5f);
        plot.getRangeAxis().setTickLabelFont(TEXT);
        plot.getRangeAxis().setLabelFont(TEXT);
        plot.getRangeAxis().setUpperMargin(0.12);
        plot.setRenderer(new Bars(bars));
        return chart;
    }

    /** Ours in another colour than the others, and the value beside each bar. */
    private static final class Bars extends BarRenderer {
        private static final long serialVersionUID = 1;

        private final List<Boolean> ours;

        Bars(List<Bar> bars) {
            ours = bars.stream()
                    .map(bar -> bar.variant().contains("valkey-secure"))
                    .toList();
            setBarPainter(new StandardBarPainter());
            setShadowVisible(false);
            setMaximumBarWidth(0.08);
            setDefaultItemLabelsVisible(true);
            setDefaultItemLabelFont(TEXT);
            setDefaultPositiveItemLabelPosition(
                    new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT));
            setDefaultItemLabelGenerator(new StandardCategoryItemLabelGenerator(
                    "{2}", new DecimalFormat("#,##0.##", DecimalFormatSymbols.getInstance(Locale.ROOT))));
        }

        @Override
        public Paint getItemPaint(int row, int column) {
            return ours.get(column) ? OURS : OTHERS;
        }
    }

    private static void write(JFreeChart chart, int height, Path file) throws IOException {
        VectorGraphics2D graphics = new VectorGraphics2D();
        chart.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, height));
        Document document = new SVGProcessor().getDocument(graphics.getCommands(), new PageSize(0, 0, WIDTH, height));
        try (OutputStream out = Files.newOutputStream(file)) {
            document.writeTo(out);
        }
    }
}
