from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "tests_py.project"
    label = "project"
