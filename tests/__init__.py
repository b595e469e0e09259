import pytest

# So that an assertion in what tests share shows its values, as one in a test does.
pytest.register_assert_rewrite("tests.support")
