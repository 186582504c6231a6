"""Parameters in scikit-learn's manner, without importing scikit-learn."""

import inspect
from typing import Any, Self


class Parameters:
    """What a part's constructor took, to be read, set, printed and cloned.

    The constructor keeps each argument under its own name and does nothing else.
    """

    @classmethod
    def _parameter_names(cls) -> list[str]:
        return [
            name
            for name in inspect.signature(cls).parameters
            if not name.startswith("_")
        ]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Give the constructor's arguments by name.

        Parameters
        ----------
        deep : bool
            Also those of nested parts, as ``part__name``.
        """
        params: dict[str, Any] = {}
        for name in self._parameter_names():
            value = params[name] = getattr(self, name)
            if deep and hasattr(value, "get_params") and not isinstance(value, type):
                nested = value.get_params(deep=True)
                params |= {f"{name}__{key}": inner for key, inner in nested.items()}
        return params

    def set_params(self, **params: Any) -> Self:
        """Set constructor arguments by name; ``part__name`` reaches nested parts.

        Raises
        ------
        ValueError
            If a name is not an argument of this part.
        """
        for key, value in params.items():
            name, _, inner = key.partition("__")
            if name not in self._parameter_names():
                raise ValueError(
                    f"{type(self).__name__} has no parameter {name!r}; there are "
                    f"{', '.join(self._parameter_names())}"
                )
            if inner:
                getattr(self, name).set_params(**{inner: value})
            else:
                setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self)).parameters
        changed = [
            f"{name}={value!r}"
            for name, value in self.get_params(deep=False).items()
            if defaults[name].default is inspect.Parameter.empty
            or repr(value) != repr(defaults[name].default)
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type="transformer",
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=[]),
            input_tags=InputTags(two_d_array=False, string=True),
            requires_fit=False,
        )
