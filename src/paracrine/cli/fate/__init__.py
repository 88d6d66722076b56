"""Commands of the group `fate`: one module a topic."""
