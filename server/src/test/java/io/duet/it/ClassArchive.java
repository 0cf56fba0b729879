package io.duet.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The classes of a jar as a JVM has loaded them before (class data sharing), beside the jar: a server starts in two thirds of the time with them, and
 * these tests start more than a hundred.
 */
final class ClassArchive {
    private ClassArchive() {}

    /** What a JVM is told to use it; made when it is first needed. */
    static String option(Path jar) throws IOException, InterruptedException {
        return "-XX:SharedArchiveFile=" + of(jar);
    }

    private static synchronized Path of(Path jar) throws IOException, InterruptedException {
        Path archive = jar.resolveSibling(jar.getFileName().toString().replace(".jar", ".jsa"));
        if (!Files.exists(archive)
                || Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) < 0) {
            Files.deleteIfExists(archive);
            try (FixtureProcess server = FixtureProcess.ofNoArchive(jar)
                    .jvmOption("-XX:ArchiveClassesAtExit=" + archive)
                    .start()) {
                server.terminate();
            }
        }
        return archive;
    }
}
