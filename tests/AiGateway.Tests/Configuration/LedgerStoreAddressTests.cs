using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>Where the ledger is kept, as the routing file says it: every form of an address, and mistakes that never show a password.</summary>
public sealed class LedgerStoreAddressTests
{
    private static readonly Func<string, string?> Environment = Loading.Only(
        ("PG_PASSWORD", "p@ss:w/rd?%41#"), ("PG_HOST", "db.internal"), ("DATABASE_URL", "postgresql://app:pl%40in@[::1]/books?sslmode=verify-full"), ("STORE", "sqlite"), ("NONE", "off"), ("BROKEN", "postgres://user:secret@/"));

    [Theory]
    [InlineData("postgres://gateway@localhost/ledger", "localhost:5432/ledger", "gateway", null, "prefer")]
    [InlineData("postgres://gateway:${PG_PASSWORD}@${PG_HOST}:6432/ledger?sslmode=require", "db.internal:6432/ledger", "gateway", "p@ss:w/rd?%41#", "require")]
    [InlineData("postgresql://gateway:a%40b@10.0.0.1:5433/my%20books?sslmode=disable", "10.0.0.1:5433/my books", "gateway", "a@b", "disable")]
    [InlineData("postgres://g:${MISSING:-other}@h/d", "h:5432/d", "g", "other", "prefer")]
    [InlineData("${DATABASE_URL}", "[::1]:5432/books", "app", "pl@in", "verify-full")]
    [InlineData("env:DATABASE_URL", "[::1]:5432/books", "app", "pl@in", "verify-full")]
    public void Address_IsRead(string store, string name, string user, string? password, string tls)
    {
        var address = Load(store)?.Postgres;

        Assert.Equal(name, address?.ToString());
        Assert.Equal((user, password, tls), (address!.User, address.Password?.Reveal(), address.Tls));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("${STORE}")]
    public void Words_AreTheFile(string store) => Assert.Null(Load(store)!.Postgres);

    [Fact]
    public void NoSection_IsTheFileToo() => Assert.Equal(LedgerModel.Default, Loading.Good(Yaml("sqlite").Replace("  ledger:\n    store: \"sqlite\"\n", "", StringComparison.Ordinal), Environment).Host.Ledger);

    [Fact]
    public void Off_WithBudgets_IsWarnedOf()
    {
        var budgets = "\nbudgets: [{ on: gateway, amount: 5 }]\n";

        Assert.Contains("'store: off'", Assert.Single(Loading.Text(Yaml("off") + budgets, Environment).Warnings).Message, StringComparison.Ordinal);
        Assert.Empty(Loading.Text(Yaml("sqlite") + budgets, Environment).Warnings);
    }

    [Theory]
    [InlineData("off")]
    [InlineData("env:NONE")]
    public void Off_IsNone(string store) => Assert.Null(Load(store));

    [Theory]
    [InlineData("sqllite", "Did you mean 'sqlite'?")]
    [InlineData("mysql://user:secret@host/db", "sqlite, off or postgres://")]
    [InlineData("postgres://user:secret@host", "no database is named")]
    [InlineData("postgres://user:secret@/db", "no host is named")]
    [InlineData("postgres://host/db", "no user is named")]
    [InlineData("postgres://user:secret@host:0/db", "port")]
    [InlineData("postgres://user:secret@host:65536/db", "port")]
    [InlineData("postgres://user:secret@host:x/db", "port")]
    [InlineData("postgres://user:secret@host/db?sslmode=maybe", "sslmode is none of disable, prefer, require, verify-ca, verify-full")]
    [InlineData("postgres://user:secret@host/db?options=-c", "something else than sslmode=MODE")]
    [InlineData("postgres://user:${PG_SECRET}@host/db", "PG_SECRET is not set")]
    [InlineData("${PG_URL}", "PG_URL is not set")]
    [InlineData("env:BROKEN", "no host is named")]
    [InlineData("env:PG_HOST", "neither sqlite, off, nor an address")]
    public void Mistakes_NamePlaceAndWayOut_AndNoSecret(string store, string said)
    {
        var error = Assert.Single(Loading.Text(Yaml(store), Environment).Errors).ToString();

        Assert.Contains("host.ledger.store", error, StringComparison.Ordinal);
        Assert.Contains("gateway.yaml:4:", error, StringComparison.Ordinal);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Replace("PG_SECRET", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void ReloadWithTheSameAddress_ChangesNothing_AndAnotherPasswordDoes()
    {
        var (first, same) = (Loading.Good(Yaml("postgres://g:${PG_PASSWORD}@h/d"), Environment), Loading.Good(Yaml("postgres://g:${PG_PASSWORD}@h/d"), Environment));
        var other = Loading.Good(Yaml("postgres://g:other@h/d"), Environment);

        Assert.Empty(HostDifferences.Between(first.Host, same.Host));
        Assert.Equal(["host.ledger"], HostDifferences.Between(first.Host, other.Host));
    }

    private static LedgerModel? Load(string store) => Loading.Good(Yaml(store), Environment).Host.Ledger;

    private static string Yaml(string store) => $$"""
        host:
          listen: http://localhost:8080
          ledger:
            store: "{{store}}"
        providers:
          simulated:
        deployments:
          d: { provider: simulated, model: m }
        aliases:
          a: { groups: [{ deployments: [d] }] }
        """;
}
