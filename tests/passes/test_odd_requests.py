"""Addresses and values that no link or form of ours sends: refused with a page, never by an error of the server."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from passes.accounts.models import User
from tests.factories import Factories

Login = Callable[[User], FlaskClient]
FAR = "9" * 25


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "/\r\n/elsewhere.example",
        "\t//elsewhere.example",
        "/ /elsewhere.example",
        "",
    ],
)
def test_choosing_a_language_leads_to_no_other_site(client: FlaskClient, elsewhere: str) -> None:
    answer = client.get("/lang/en", query_string={"next": elsewhere})
    assert (answer.status_code, answer.location) == (302, "/")


@pytest.mark.parametrize("page", ["/", "/fleet/crew?q=B%C3%ACnh&page=2", "/zones/Z20210918-1", "/?x=//y"])
def test_choosing_a_language_leads_back_to_the_page(client: FlaskClient, page: str) -> None:
    assert client.get("/lang/en", query_string={"next": page}).location == page


@pytest.mark.parametrize(
    "address", [f"/fleet/vehicles/{FAR}", f"/fleet/crew/{FAR}/retire", f"/applications?page={FAR}"]
)
def test_a_number_that_no_database_counts_to_names_no_page(factories: Factories, login: Login, address: str) -> None:
    assert login(factories.user()).get(address).status_code == 404
