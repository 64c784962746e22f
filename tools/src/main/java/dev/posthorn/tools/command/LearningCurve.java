package dev.posthorn.tools.command;

import dev.posthorn.train.callback.History;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Loss and metrics over the epochs as a picture: a chart for each, the validation's in the same. */
final class LearningCurve {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;

    private LearningCurve() {}

    static void write(History history, Path png) throws IOException {
        List<String> names = history.names().stream()
                .filter(n -> !n.startsWith("val_") && !n.equals("learning_rate"))
                .toList();
        List<BufferedImage> charts = new ArrayList<>();
        for (String name : names) {
            charts.add(BitmapEncoder.getBufferedImage(chart(history, name)));
        }
        BufferedImage all = new BufferedImage(WIDTH, HEIGHT * charts.size(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < charts.size(); i++) {
            all.createGraphics().drawImage(charts.get(i), 0, i * HEIGHT, null);
        }
        if (!ImageIO.write(all, "png", png.toFile())) {
            throw new IOException("no writer of PNG");
        }
    }

    private static XYChart chart(History history, String name) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(name)
                .xAxisTitle("epoch")
                .build();
        chart.getStyler().setLegendPosition(LegendPosition.InsideNE).setMarkerSize(5);
        for (String series : List.of(name, "val_" + name)) {
            List<Integer> epochs = new ArrayList<>();
            List<Double> values = new ArrayList<>();
            for (int i = 0; i < history.epochs().size(); i++) {
                if (history.logs().get(i).find(series).isPresent()) {
                    epochs.add(history.epochs().get(i) + 1);
                    values.add(history.logs().get(i).get(series));
                }
            }
            if (!epochs.isEmpty()) {
                chart.addSeries(series.equals(name) ? "training" : "validation", epochs, values)
                        .setMarker(SeriesMarkers.CIRCLE);
            }
        }
        return chart;
    }
}
