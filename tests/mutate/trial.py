"""A copy of the tree in which mistakes are planted, built and tried.

The copy lives in build-mutate/tree and is kept, so that only what changed is built again. Its
libraries are shared ones: a mistake then costs one compilation and one link, and no program of the
tests has to be linked again."""

import fcntl
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import time
import xml.etree.ElementTree

# A batch may take so many times what it took before, and some seconds.
PATIENCE = 4
PATIENCE_SECONDS = 60
UNKNOWN_SECONDS = 20  # of a test that never ran here
COMPILE_SECONDS = 300
# The fault tests that may notice a mistake in these places, when nothing before did.
FAULTS = (
    (r"lib/store/verify/", r"tamper"),
    (r"lib/store/pg/", r"proxy|failover"),
    (r"lib/store/cluster/", r"stop|signals"),
    (r"lib/store/(lane|work|load)", r"storm|queue|kill|pair"),
    (r"lib/store/table/(job|background|checkpoint)", r"jobs|pair"),
    (r"lib/core/|lib/store/(table|work|load)", r"model"),
    (r"lib/", r"memory"),
)
# What the others need, and what is about this program.
NO_TESTS = ("http/exchanges_begin", "http/contract", "http/coverage", "unit/mutate")
REFUSED = ("-Werror=incompatible-pointer-types", "-Werror=int-conversion", "-Werror=discarded-qualifiers")


class Broken(Exception):
    """The tree does not build, or cannot be tried."""


class Copy:
    def __init__(self, root, jobs, environment):
        self.root = pathlib.Path(root)
        self.tree = self.root / "build-mutate" / "tree"
        self.build = self.tree / "build"
        self.jobs, self.environment = jobs, environment
        self.log = self.root / "build-mutate" / "log"
        self.notes = self.root / "build-mutate" / "times.json"
        self.times = json.loads(self.notes.read_text()) if self.notes.is_file() else {}
        self.passing, self.failing = set(), set()  # tests that were tried without a mistake
        self._plain = {}  # path: its object code without a mistake

    # ---- the copy ----

    def lock(self):
        """One run at a time has the copy."""
        self.tree.mkdir(parents=True, exist_ok=True)
        self._held = open(self.tree.parent / "lock", "w")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Broken("another run has %s" % self.tree.parent) from None

    def sync(self):
        """Makes the copy what the tree is now; files that did not change keep their times."""
        wanted = {}
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=self.root, check=True, capture_output=True, text=True
        )
        for name in listed.stdout.splitlines():
            source = self.root / name
            if source.is_file() and not source.is_symlink():
                wanted[name] = source
        for name, source in wanted.items():
            content = source.read_bytes()
            if name == "CMakeLists.txt":
                content = re.sub(rb"add_library\((baton_\w+) STATIC", rb"add_library(\1 SHARED", content)
                # which, unlike static ones, do not hand on what they are linked with
                content = content.replace(b"PRIVATE PkgConfig::", b"PUBLIC PkgConfig::")
            place = self.tree / name
            if not place.is_file() or place.read_bytes() != content:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                shutil.copymode(source, place)
        for place in self.tree.rglob("*"):
            name = place.relative_to(self.tree).as_posix()
            if not name.startswith("build/") and place.is_file() and name not in wanted:
                place.unlink()
        # Git's answers, which the tests of scripts and links ask for, are about the copy.
        if not (self.tree / ".git").exists():
            subprocess.run(["git", "init", "-q"], cwd=self.tree, check=True)

    def configure_and_build(self, wanted):
        """wanted: which tests will be run, as for tests()."""
        if not (self.build / "CMakeCache.txt").is_file():
            linker = ["-DCMAKE_%s_LINKER_FLAGS=-fuse-ld=mold" % kind for kind in ("EXE", "SHARED")]
            self._run(
                ["cmake", "-S", str(self.tree), "-B", str(self.build), "-G", "Unix Makefiles"]
                + ["-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_LINK_DEPENDS_NO_SHARED=ON"]
                + (linker if shutil.which("mold") else []),
                "cmake cannot configure",
            )
        names = self.tests(wanted)
        targets = ["all"]
        if all(n.startswith(("unit/", "store/")) for n in names):  # a program for each, and no others
            targets = [n.replace("/", "_") for n in names if self._source_of(n).is_file()]
            targets += ["with_test_postgres"]
        self._run(["make", "-s", "-C", str(self.build), "-j", str(self.jobs), *targets], "it does not build")
        # Where tests over HTTP note what was said, else made by one that begins all of them.
        (self.build / "exchanges").mkdir(exist_ok=True)
        with open(self.build / "compile_commands.json") as file:
            self.commands = {entry["file"]: entry for entry in json.load(file)}

    def _run(self, command, trouble):
        with open(self.log, "ab") as log:
            if subprocess.run(command, stdout=log, stderr=log, env=self.environment).returncode != 0:
                raise Broken("%s: see %s" % (trouble, self.log))

    # ---- tests ----

    def tests(self, wanted):
        """The names of all tests that this expression matches."""
        shown = subprocess.run(
            ["ctest", "--test-dir", str(self.build), "--show-only=json-v1"], capture_output=True, text=True, check=True
        )
        names = [test["name"] for test in json.loads(shown.stdout)["tests"]]
        return [n for n in names if re.search(wanted, n) and n not in NO_TESTS]

    def run(self, names, seconds):
        """Runs these tests up to the first that fails. ({name: seconds it took}, that one or None)"""
        report = self.root / "build-mutate" / "report.xml"
        report.unlink(missing_ok=True)
        command = ["ctest", "--test-dir", str(self.build), "-j", str(self.jobs), "--output-junit", str(report)]
        command += ["-R", "^(%s)$" % "|".join(re.escape(n) for n in names), "-FA", ".*", "--stop-on-failure"]
        command += ["--stop-time", time.strftime("%H:%M:%S", time.localtime(time.time() + seconds))]
        # Tests that were ended by a mistake leave files behind.
        with tempfile.TemporaryDirectory(prefix="mutate-", ignore_cleanup_errors=True) as place, open(self.log, "ab") as log:
            os.chmod(place, 0o711)  # PostgreSQL's user passes through it
            environment = dict(self.environment, TMPDIR=place)
            subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)
        took, failed = {}, None
        if report.is_file():
            for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
                if case.get("status") == "run":
                    took[case.get("name")] = self.times[case.get("name")] = float(case.get("time") or 0)
                elif case.get("status") == "fail":
                    failed = failed or case.get("name")
        self.notes.write_text(json.dumps(self.times, indent=1))
        return took, failed

    def seconds(self, names):
        return sum(self.times.get(n, UNKNOWN_SECONDS) for n in names)

    def passes(self, name):
        """Whether the test passes without a mistake; asked once."""
        if name not in self.passing | self.failing:
            _, failed = self.run([name], PATIENCE * self.seconds([name]) + PATIENCE_SECONDS)
            (self.failing if failed else self.passing).add(name)
        return name in self.passing

    def batches(self, path, names):
        """What could notice a mistake in this file, the cheapest and likeliest first."""
        names = [n for n in names if n not in self.failing]
        near = [n for n in names if is_near(n, path, self._includes(n))]
        faults = "|".join(tests for place, tests in FAULTS if re.match(place, path))
        # Unit tests know no database, so a mistake in the store is nothing to them.
        order = ["unit/", "fuzz/", "store/", "http/", "faults/"]
        if path.startswith("lib/store/"):
            order = ["store/", "http/", "faults/", "unit/", "fuzz/"]
        for suite in order:
            of_suite = [n for n in names if n.startswith(suite)]
            if suite == "faults/":
                of_suite = [n for n in of_suite if re.fullmatch("faults/(%s)" % faults, n)]
            for batch in ([n for n in of_suite if n in near], [n for n in of_suite if n not in near]):
                if batch:
                    yield sorted(batch, key=lambda n: self.seconds([n]))

    def _source_of(self, name):
        suite, _, what = name.partition("/")
        return self.tree / "tests" / suite / ("test_%s.c" % what)

    def _includes(self, name):
        source = self._source_of(name)
        return re.findall(r'#include "(.+)"', source.read_text()) if source.is_file() else []

    # ---- a mistake ----

    def object_code(self, path):
        """What the compiler makes of the file, optimised; None when it refuses it."""
        entry = self.commands[str(self.tree / path)]
        words = shlex.split(entry["command"])
        out = self.root / "build-mutate" / "object.o"
        words[words.index("-o") + 1] = str(out)
        words = [w for w in words if w not in ("-g", "-O0")] + ["-O2", "-g0", *REFUSED]
        done = subprocess.run(words, cwd=entry["directory"], capture_output=True, timeout=COMPILE_SECONDS)
        return out.read_bytes() if done.returncode == 0 else None

    def library_of(self, path):
        return "baton_" + ("server" if path.startswith("server/") else path.split("/")[1])

    def try_mistake(self, mistake, names, limit):
        """("found", by what), ("survived", None), ("equivalent", why), ("refused", None) by the compiler."""
        place = self.tree / mistake.path
        text = place.read_text()
        if mistake.path not in self._plain:
            self._plain[mistake.path] = self.object_code(mistake.path)
        library = ["make", "-s", "-C", str(self.build), self.library_of(mistake.path) + "/fast"]
        while True:
            try:
                place.write_text(mistake.apply(text))
                code = self.object_code(mistake.path)
                if code is None:
                    return "refused", None
                if code == self._plain[mistake.path]:
                    return "equivalent", "the compiler makes the same of it"
                self._run(library, "it does not link")
                noticed, why = self._notice(mistake.path, names, limit)
            finally:
                place.write_text(text)
                self._run(library, "it does not build any more")
            if not noticed:
                return "survived", why
            if self.passes(noticed):
                return "found", noticed

    def _notice(self, path, names, limit):
        """The test that fails, or None and why it ended."""
        end = time.monotonic() + limit
        for batch in self.batches(path, names):
            while batch:
                left = end - time.monotonic()
                if left < 1:
                    return None, "out of time before %s" % batch[0]
                took, failed = self.run(batch, min(left, PATIENCE * self.seconds(batch) + PATIENCE_SECONDS))
                if not failed:
                    break
                # Only what fails twice has noticed something.
                _, again = self.run([failed], PATIENCE * self.seconds([failed]) + PATIENCE_SECONDS)
                if again:
                    return failed, None
                batch = [n for n in batch if n not in took and n != failed]
        return None, None


def is_near(test, path, includes):
    """Whether the test is named after the file or its folder, or includes its header."""
    what = test.partition("/")[2]
    stem = pathlib.PurePath(path).stem
    words = stem.split("_") + [pathlib.PurePath(path).parent.name]
    first = what.split("_")[0].rstrip("s")
    return (
        path[len("lib/") :].replace(".c", ".h") in includes
        or stem.startswith(what)
        or what.startswith(stem)
        or any(word.rstrip("s") == first for word in words)
    )
