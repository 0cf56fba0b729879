package io.duet;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The packages of all modules and who may know whom.
 *
 * <p>Plain tests on purpose: fields with {@code @ArchTest} are silently not run by some versions of Surefire.
 */
final class ArchitectureTest {
    private static final String ROOT = "io.duet";

    /** What each package may use, itself aside. A package below one of these belongs to it. */
    private static final Map<String, Set<String>> BELOW = Map.ofEntries(
            entry("io.duet.adapter.presence", Set.of()),
            entry("io.duet.adapter", Set.of("io.duet.adapter.presence")),
            entry("io.duet.adapter.msgpack", Set.of()),
            entry(
                    "io.duet.adapter.redis",
                    Set.of("io.duet.adapter", "io.duet.adapter.presence", "io.duet.adapter.msgpack")),
            entry("io.duet.engineio.codec", Set.of()),
            entry("io.duet.engineio", Set.of("io.duet.engineio.codec")),
            entry("io.duet.socketio.codec", Set.of("io.duet.adapter.msgpack")),
            entry(
                    "io.duet.socketio",
                    Set.of(
                            "io.duet.socketio.codec",
                            "io.duet.engineio",
                            "io.duet.engineio.codec",
                            "io.duet.adapter",
                            "io.duet.adapter.presence")),
            entry(
                    "io.duet.netty",
                    Set.of(
                            "io.duet.socketio",
                            "io.duet.socketio.codec",
                            "io.duet.engineio",
                            "io.duet.engineio.codec",
                            "io.duet.adapter")),
            entry(
                    "io.duet.metrics",
                    Set.of("io.duet.socketio", "io.duet.engineio", "io.duet.adapter", "io.duet.adapter.presence")),
            entry(
                    "io.duet.app",
                    Set.of(
                            "io.duet.metrics",
                            "io.duet.netty",
                            "io.duet.socketio",
                            "io.duet.socketio.codec",
                            "io.duet.engineio",
                            "io.duet.engineio.codec",
                            "io.duet.adapter",
                            "io.duet.adapter.presence",
                            "io.duet.adapter.redis")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void seesTheClassesOfBothModules() {
        assertThat(CLASSES).extracting(JavaClass::getPackageName).contains("io.duet.adapter", "io.duet.engineio.codec");
    }

    @Test
    void everyPackageUsesOnlyThoseBelowIt() {
        classes().should(useOnlyPackagesBelow()).check(CLASSES);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.duet.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyNettyAndAppKnowNettySocketio() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.duet.netty..", "io.duet.app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.corundumstudio..")
                .check(CLASSES);
    }

    @Test
    void onlyTheRedisAdapterAndAppKnowRedisson() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.duet.adapter.redis..", "io.duet.app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.redisson..")
                .check(CLASSES);
    }

    @Test
    void onlyMetricsAndAppKnowMicrometer() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.duet.metrics..", "io.duet.app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer..")
                .check(CLASSES);
    }

    @Test
    void codecsSocketioAndAdaptersKnowNoChannel() {
        noClasses()
                .that()
                .resideInAnyPackage("io.duet.engineio.codec..", "io.duet.socketio..", "io.duet.adapter..")
                .and()
                .doNotHaveFullyQualifiedName("io.duet.adapter.redis.RedisLoop")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.channel..")
                .check(CLASSES);
    }

    @Test
    void applicationsMeetNoTypeOfNetty() {
        classes()
                .that()
                .resideInAnyPackage("io.duet.engineio..", "io.duet.socketio..", "io.duet.adapter..")
                .and()
                .arePublic()
                .and()
                .doNotHaveFullyQualifiedName("io.duet.engineio.ConnectionPipeline")
                .should(showNoTypeOf("io.netty"))
                .check(CLASSES);
    }

    @Test
    void staticFieldsAreFinal() {
        fields().that().areStatic().should().beFinal().allowEmptyShould(true).check(CLASSES);
    }

    @Test
    void nothingPrintsToStandardOutput() {
        noClasses().should().accessField(System.class, "out").check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = CLASSES.stream()
                .map(JavaClass::getPackage)
                .filter(each -> !each.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName)
                .collect(Collectors.toSet());

        assertThat(unmarked).isEmpty();
    }

    private static ArchCondition<JavaClass> useOnlyPackagesBelow() {
        return new ArchCondition<>("use only packages below their own") {
            @Override
            public void check(JavaClass origin, ConditionEvents events) {
                String own = layer(origin);
                for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    if (!target.getPackageName().startsWith(ROOT)) {
                        continue;
                    }
                    String other = layer(target);
                    if (!other.equals(own) && !BELOW.get(own).contains(other)) {
                        events.add(SimpleConditionEvent.violated(origin, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static ArchCondition<JavaClass> showNoTypeOf(String root) {
        return new ArchCondition<>("show no type of " + root) {
            @Override
            public void check(JavaClass origin, ConditionEvents events) {
                for (JavaMember member : origin.getMembers()) {
                    boolean shown = member.getModifiers().contains(JavaModifier.PUBLIC)
                            || member.getModifiers().contains(JavaModifier.PROTECTED);
                    if (shown && member.getAllInvolvedRawTypes().stream().anyMatch(this::isOfRoot)) {
                        events.add(SimpleConditionEvent.violated(member, member.getDescription()));
                    }
                }
            }

            private boolean isOfRoot(JavaClass type) {
                return type.getPackageName().startsWith(root);
            }
        };
    }

    private static String layer(JavaClass javaClass) {
        String name = javaClass.getPackageName();
        return BELOW.keySet().stream()
                .filter(each -> name.equals(each) || name.startsWith(each + "."))
                .max(Comparator.comparingInt(String::length))
                .orElseThrow(
                        () -> new AssertionError("package: " + name + " (expected: one of " + BELOW.keySet() + ")"));
    }
}
