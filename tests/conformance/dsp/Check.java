// Runs the Dataspace Protocol's test kit and judges its result.
//
//     java -cp <folder of Check.class>:<jars>/* Check <file of properties> [display name of one test]
//
// Ends with 0 only if every test that was wanted has passed: all 65, or the one that was named. The
// kit's own runtime ends with 0 whatever failed, and a module that is missing from the classpath would
// only lower its count.

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

import org.eclipse.dataspacetck.core.system.ConsoleMonitor;
import org.eclipse.dataspacetck.dsp.system.DspSystemLauncher;
import org.eclipse.dataspacetck.runtime.TckRuntime;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The judge of one run. */
public final class Check {
    /** What the kit has without the two tests that it disables itself. */
    private static final long TESTS = 65;

    private Check() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 1 || arguments.length > 2) {
            System.err.println("usage: Check <file of properties> [display name of one test]");
            System.exit(2);
        }
        String only = arguments.length == 2 ? arguments[1] : null;
        Map<String, String> properties = read(Path.of(arguments[0]));
        // The kit reads some of them from the system only, its server's address among them.
        properties.forEach(System::setProperty);

        TckRuntime.Builder builder = TckRuntime.Builder.newInstance()
                .properties(properties)
                .launcher(DspSystemLauncher.class)
                .addPackage("org.eclipse.dataspacetck.dsp.verification")
                .monitor(new ConsoleMonitor(Boolean.getBoolean("dataspacetck.debug"), false));
        if (only != null) {
            builder.displayNameMatching(name -> name.startsWith(only));
        }
        TestExecutionSummary summary = builder.build().execute();
        // The kit leaves threads behind that would keep the process alive.
        System.exit(judge(summary, only) ? 0 : 1);
    }

    private static Map<String, String> read(Path file) throws Exception {
        Properties read = new Properties();
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            read.load(reader);
        }
        Map<String, String> properties = new HashMap<>();
        read.stringPropertyNames().forEach(name -> properties.put(name, read.getProperty(name)));
        return properties;
    }

    private static boolean judge(TestExecutionSummary summary, String only) {
        PrintWriter out = new PrintWriter(System.out, true);
        summary.printFailuresTo(out, 8);
        long passed = summary.getTestsSucceededCount();
        long failed = summary.getTotalFailureCount() + summary.getTestsAbortedCount();
        long wanted = only == null ? TESTS : summary.getTestsStartedCount();
        out.printf("RESULT passed %d of %d, failed %d, disabled %d, %.1f s%n",
                passed, wanted, failed, summary.getTestsSkippedCount(),
                (summary.getTimeFinished() - summary.getTimeStarted()) / 1000.0);
        return passed == wanted && passed > 0 && failed == 0;
    }
}
