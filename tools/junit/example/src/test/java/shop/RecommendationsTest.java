package shop;

import dev.posthorn.junit.GoldenModel;

class RecommendationsTest {

    @GoldenModel("golden/recommendations")
    void agreesWithPython() {}
}
