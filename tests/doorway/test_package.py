#!/usr/bin/python3
"""The Debian package: what is in it, who may read what, and how little its service may do. It is made of the program
that is built already; script/package builds the one that is released."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from place import BINARY, ROOT, main, tearDownModule  # noqa: F401

EXPOSURE_MAX = 1.5  # of 10, as systemd-analyze counts


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, **options)
    if done.returncode:
        raise AssertionError("%s: %s%s" % (words[0], done.stdout, done.stderr))
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="baton-package-"))
        run("cpack", "-G", "DEB", "-B", cls.folder, "-D", "CPACK_STRIP_FILES=OFF", cwd=pathlib.Path(BINARY).parent
            if (pathlib.Path(BINARY).parent / "CPackConfig.cmake").exists() else pathlib.Path(BINARY).parents[2])
        (cls.deb,) = cls.folder.glob("*.deb")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def field(self, name):
        return run("dpkg-deb", "-f", self.deb, name).strip()

    def test_it_says_what_it_needs(self):
        self.assertRegex(self.deb.name, r"^baton_[0-9.]+_\w+\.deb$")
        needed = self.field("Depends")
        for package in ("libmicrohttpd12", "libjansson4", "libpq5", "libcurl4", "tzdata", "ca-certificates"):
            self.assertRegex(needed, r"(^|, )%s( |,|$)" % package)
        self.assertEqual(self.field("Recommends"), "postgresql-15")

    def test_who_may_read_what(self):
        listing = run("dpkg-deb", "-c", self.deb)
        modes = {line.split()[-1].lstrip("."): line.split()[:2] for line in listing.splitlines()}
        self.assertEqual(modes["/usr/bin/baton"], ["-rwxr-xr-x", "root/root"])
        self.assertEqual(modes["/lib/systemd/system/baton.service"][0], "-rw-r--r--")
        self.assertEqual(modes["/etc/baton/environment"][0], "-rw-r-----")

    def test_what_an_administrator_changed_stays(self):
        control = self.folder / "control"
        run("dpkg-deb", "-e", self.deb, control)
        self.assertEqual((control / "conffiles").read_text().split(), ["/etc/baton/environment"])

    def test_its_scripts_are_sound(self):
        control = self.folder / "scripts"
        run("dpkg-deb", "-e", self.deb, control)
        for name in ("postinst", "prerm", "postrm"):
            self.assertTrue((control / name).stat().st_mode & 0o111, name)
            run("sh", "-n", control / name)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not here")
    def test_its_service_may_do_little(self):
        said = run("systemd-analyze", "security", "--offline=true", ROOT / "package/baton.service")
        exposure = float(re.search(r"Overall exposure level for baton.service: ([0-9.]+)", said)[1])
        print("the service's exposure: %.1f of 10" % exposure)
        self.assertLessEqual(exposure, EXPOSURE_MAX)


if __name__ == "__main__":
    main()
