package dev.posthorn.junit;

import dev.posthorn.golden.GoldenReport;
import dev.posthorn.golden.Tolerances;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Makes the invocations of {@link GoldenModel}: the model is loaded and run once on each backend, when its tests begin. */
final class GoldenExtension implements TestTemplateInvocationContextProvider {

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        GoldenModel wanted = AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), GoldenModel.class)
                .or(() -> AnnotationSupport.findAnnotation(context.getRequiredTestClass(), GoldenModel.class))
                .orElseThrow(
                        () -> new ExtensionConfigurationException("@GoldenModel: expected it on the method or its class"
                                + " but was on neither, at "
                                + context.getRequiredTestClass().getName()));
        return Stream.of(wanted.backends()).flatMap(backend -> invocations(wanted, backend, context));
    }

    private static Stream<TestTemplateInvocationContext> invocations(
            GoldenModel wanted, String backend, ExtensionContext context) {
        Class<?> test = context.getRequiredTestClass();
        Places places = new Places();
        Model model = null;
        try {
            Path golden = places.find(test, wanted.value());
            model = model(wanted, backend, test, golden, places);
            Model loaded = model;
            GoldenReport report = GoldenReport.of(golden, model, tolerances(wanted));
            List<GoldenTest> tests = GoldenTest.of(report);
            if (tests.isEmpty()) {
                throw new ExtensionConfigurationException(
                        "@GoldenModel: expected recorded values but was none, at " + golden);
            }
            String prefix = wanted.backends().length == 1 ? "" : backend + ": ";
            return tests.stream()
                    .<TestTemplateInvocationContext>map(t -> new Invocation(prefix, t, loaded, report))
                    .onClose(() -> close(loaded, places));
        } catch (IOException e) {
            close(model, places);
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            close(model, places);
            throw e;
        }
    }

    private static void close(Model model, Places places) {
        if (model != null) {
            model.close();
        }
        places.close();
    }

    private static Tolerances tolerances(GoldenModel wanted) {
        Tolerances t = Tolerances.RECORDED.layers(wanted.layerTolerance());
        for (GoldenModel.Within w : wanted.layers()) {
            t = t.and(new Tolerances.Rule(w.layer(), w.dtype(), w.value()));
        }
        boolean own = !Double.isNaN(wanted.rtol()) || !Double.isNaN(wanted.atol());
        return own ? t.outputs(new Tolerance(orZero(wanted.rtol()), orZero(wanted.atol()))) : t;
    }

    private static double orZero(double given) {
        return Double.isNaN(given) ? 0 : given;
    }

    private static Model model(GoldenModel wanted, String backend, Class<?> test, Path golden, Places places)
            throws IOException {
        if (wanted.modelFrom().isEmpty()) {
            Path file = wanted.model().isEmpty() ? places.modelIn(golden) : places.find(test, wanted.model());
            return Model.load(file, backend);
        }
        List<Method> found = ReflectionSupport.findMethods(
                test, m -> m.getName().equals(wanted.modelFrom()), HierarchyTraversalMode.BOTTOM_UP);
        Method method = found.stream()
                .filter(m -> Model.class.isAssignableFrom(m.getReturnType()))
                .filter(m -> List.of(m.getParameterTypes()).isEmpty()
                        || List.of(m.getParameterTypes()).equals(List.of(String.class)))
                .findFirst()
                .orElseThrow(() -> new ExtensionConfigurationException(
                        "@GoldenModel: expected a method 'Model " + wanted.modelFrom() + "()' but was "
                                + (found.isEmpty() ? "none of that name" : found) + ", at " + test.getName()));
        boolean isStatic = Modifier.isStatic(method.getModifiers());
        Object on = isStatic ? null : ReflectionSupport.newInstance(test);
        Object[] arguments = method.getParameterCount() == 0 ? new Object[0] : new Object[] {backend};
        Model model = (Model) ReflectionSupport.invokeMethod(method, on, arguments);
        if (model == null) {
            throw new ExtensionConfigurationException(
                    "@GoldenModel: expected a model but was null, at " + test.getName() + "." + method.getName());
        }
        return model;
    }

    /** One test: the comparison before the body of the method. */
    private record Invocation(String prefix, GoldenTest test, Model model, GoldenReport report)
            implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int index) {
            return prefix + test.name();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            List<Extension> all = new ArrayList<>();
            all.add((BeforeTestExecutionCallback) context -> test.run());
            all.add(new Parameters(test, model, report));
            return all;
        }
    }

    private record Parameters(GoldenTest test, Model model, GoldenReport report) implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext p, ExtensionContext context) {
            return List.of(GoldenTest.class, Model.class, GoldenReport.class)
                    .contains(p.getParameter().getType());
        }

        @Override
        public Object resolveParameter(ParameterContext p, ExtensionContext context) {
            Class<?> type = p.getParameter().getType();
            return type == Model.class ? model : type == GoldenTest.class ? test : report;
        }
    }
}
