"""SMART backend services against a token endpoint that checks the signature."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from domain.errors import NotFound
from tests.fhir.stage import FhirStage
from tools.hospital.fhir.auth import BackendServices, Client, StaticToken
from tools.hospital.fhir.client import FhirClient
from tools.hospital.fhir.failures import HospitalFailed

pytestmark = pytest.mark.contract

Algorithm = Literal["RS384", "ES384"]


def _pair(algorithm: Algorithm) -> tuple[str, str]:
    """A private and its public key, PEM."""
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = (
        rsa.generate_private_key(65537, 2048) if algorithm == "RS384" else ec.generate_private_key(ec.SECP384R1())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def _client(private_key: str, algorithm: Algorithm) -> Client:
    return Client(client_id="banyi", private_key=private_key, key_id="k1", algorithm=algorithm, token_url=None)


@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
async def test_a_signed_jwt_gets_a_token_that_is_kept_until_it_nearly_expires(
    behind: FhirStage, algorithm: Algorithm
) -> None:
    """One token for many calls; half a minute before its end another one."""
    private, behind.server.public_key = _pair(algorithm)
    behind.server.token = "none given yet"
    async with httpx.AsyncClient(trust_env=False) as http:
        auth = BackendServices(http, behind.server.url, _client(private, algorithm), behind.clock)
        client = FhirClient(http, behind.server.url, auth)
        for _ in range(3):
            assert (await client.read("HealthcareService", "svc-d04"))["name"] == "消化内科"
        assert behind.server.tokens_given == 1
        behind.clock.advance(timedelta(seconds=271))
        await client.read("HealthcareService", "svc-d04")
    assert behind.server.tokens_given == 2
    assert (behind.server.claims[0]["iss"], behind.server.claims[0]["sub"]) == ("banyi", "banyi")
    assert behind.server.claims[0]["jti"] != behind.server.claims[1]["jti"]


async def test_a_key_the_hospital_does_not_know_is_a_failed_login(behind: FhirStage) -> None:
    """Neither the key nor the assertion stands in the error."""
    private, _ = _pair("ES384")
    _, behind.server.public_key = _pair("ES384")
    async with httpx.AsyncClient(trust_env=False) as http:
        auth = BackendServices(http, behind.server.url, _client(private, "ES384"), behind.clock)
        with pytest.raises(HospitalFailed, match="401") as failed:
            await auth.token()
    assert failed.value.kind == "login"


async def test_a_token_that_is_not_taken_is_a_failed_login(behind: FhirStage) -> None:
    """A static token is sent as it is; a wrong one is told apart from a server that is away."""
    behind.server.token = "right"
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(HospitalFailed) as failed:
            await FhirClient(http, behind.server.url, StaticToken(value="wrong")).read("Slot", "1")
        assert failed.value.kind == "login"
        with pytest.raises(NotFound):
            await FhirClient(http, behind.server.url, StaticToken(value="right")).read("Slot", "1")
