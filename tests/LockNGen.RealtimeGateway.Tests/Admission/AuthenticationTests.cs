using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Tests.WebSockets;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Admission;

public sealed class AuthenticationTests : IAsyncLifetime
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    private readonly Guid _id = Guid.NewGuid();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private GatewayHost _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Auth:SigningKey"] = Key }, clock: _clock);
        _gateway.Owner = "alice";
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("Authorization: Bearer nonsense\r\n")]
    [InlineData("Cookie: lockngen-session=nonsense\r\n")]
    public async Task Handshake_WithoutAGoodToken_Is401(string headers)
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url, headers: headers);
        client.Answer.ShouldStartWith("HTTP/1.1 401");
        client.Answer.ShouldContain("WWW-Authenticate: Bearer");
    }

    [Fact]
    public async Task Handshake_WithATokenOfAnotherKeyOrNone_Is401()
    {
        foreach (var token in new[] { Token("alice", key: "another key that is also thirty-two bytes long"), Unsigned("alice"), Token("alice", lifetime: TimeSpan.FromHours(-2)) })
        {
            await using var client = await RawClient.ConnectAsync(_gateway.Url, headers: Header(token));
            client.Answer.ShouldStartWith("HTTP/1.1 401");
        }
    }

    [Fact]
    public async Task Handshake_WithATokenThatNamesNoStart_IsAccepted()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url, headers: Header(TokenWithoutNotBefore("alice")));

        client.Answer.ShouldStartWith("HTTP/1.1 101");
    }

    [Fact]
    public async Task Caller_WithAToken_SeesOnlyItsOwn()
    {
        var other = Guid.NewGuid();
        await using var alice = await RawClient.ConnectAsync(_gateway.Url, headers: Header(Token("alice")));
        await using var bob = await RawClient.ConnectAsync(_gateway.Url, headers: Header(Token("bob")));
        await using var admin = await RawClient.ConnectAsync(_gateway.Url, headers: Header(Token("root", "generations:admin other")));
        foreach (var client in new[] { alice, bob, admin })
            await client.ListenedToAsync();

        await _gateway.PublishAsync(Queued(_id));
        _gateway.Owner = "bob";
        await _gateway.PublishAsync(Queued(other));

        (await GenerationsUntilAsync(admin, other)).ShouldBe([_id, other]);
        (await GenerationsUntilAsync(bob, other)).ShouldBe([other]);
        (await GenerationsUntilAsync(alice, _id)).ShouldBe([_id]);
    }

    [Fact]
    public async Task Caller_ThatAsksForAnothersById_LearnsNothing()
    {
        await using var alice = await RawClient.ConnectAsync(_gateway.Url, headers: Header(Token("alice")));
        await alice.ListenedToAsync();
        await _gateway.PublishAsync(Queued(_id));
        await GenerationsUntilAsync(alice, _id);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/generations/{_id}/progress");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token("bob"));
        using var answer = await _gateway.Http.SendAsync(request);

        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"status\":\"unknown\"");
    }

    [Fact]
    public async Task Session_SwapsATokenForACookieThatOpensWebSockets()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/session");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token("alice"));
        using var answer = await _gateway.Http.SendAsync(request);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);

        await using var client = await RawClient.ConnectAsync(_gateway.Url, headers: $"Cookie: {cookie.Split(';')[0]}\r\n");

        client.Answer.ShouldStartWith("HTTP/1.1 101");
    }

    [Fact]
    public async Task Ticket_OpensOneConnection()
    {
        var ticket = await TicketAsync(_gateway, "alice");

        await using var first = await RawClient.ConnectAsync(_gateway.Url, $"ticket={ticket}");
        await using var second = await RawClient.ConnectAsync(_gateway.Url, $"ticket={ticket}");

        first.Answer.ShouldStartWith("HTTP/1.1 101");
        second.Answer.ShouldStartWith("HTTP/1.1 401");
        await first.ListenedToAsync();
        await _gateway.PublishAsync(Queued(_id));
        (await GenerationsUntilAsync(first, _id)).ShouldBe([_id]);
    }

    [Fact]
    public async Task Attempts_OfTicketUsers_CountForTheUserWhateverTheAddress()
    {
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?>
        {
            ["Auth:SigningKey"] = Key,
            ["Proxies:Trusted:0"] = "127.0.0.0/8",
            ["Connections:AttemptsPerMinute"] = "2",
        });
        async Task<RawClient> ConnectAsync(string user, int address) => await RawClient.ConnectAsync(
            gateway.Url, $"ticket={await TicketAsync(gateway, user)}", $"X-Forwarded-For: 198.51.100.{address}\r\n");

        await using var first = await ConnectAsync("alice", 1);
        await using var second = await ConnectAsync("alice", 2);
        await using var third = await ConnectAsync("alice", 3);
        await using var bob = await ConnectAsync("bob", 4);

        second.Answer.ShouldStartWith("HTTP/1.1 101");
        third.Answer.ShouldStartWith("HTTP/1.1 429");
        bob.Answer.ShouldStartWith("HTTP/1.1 101");
    }

    [Fact]
    public async Task Messages_OfOneUser_AreLimitedOverAllItsConnections()
    {
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?>
        {
            ["Auth:SigningKey"] = Key,
            ["Connections:FramesPerSecondPerClient"] = "1",
        });
        await using var first = await RawClient.ConnectAsync(gateway.Url, headers: Header(Token("alice")));
        await using var second = await RawClient.ConnectAsync(gateway.Url, headers: Header(Token("alice")));
        await using var bob = await RawClient.ConnectAsync(gateway.Url, headers: Header(Token("bob")));

        // More than a burst of ten plus what is added meanwhile on a busy machine, spread so that neither connection exceeds its own limit.
        for (var i = 0; i < 100; i++)
            await (i % 2 == 0 ? first : second).SendTextAsync("""{"type":"ping"}""");

        (await first.CloseCodeAsync()).ShouldBe(1008);
        (await second.CloseCodeAsync()).ShouldBe(1008);
        await bob.SendTextAsync("""{"type":"ping"}""");
        await bob.UntilAsync(0x1);
    }

    [Fact]
    public async Task Ticket_WithoutAToken_IsNotIssued()
    {
        using var answer = await _gateway.Http.PostAsync("api/realtime/tickets", content: null);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task TokenThatExpires_EndsItsConnection()
    {
        await using var client = await RawClient.ConnectAsync(_gateway.Url, headers: Header(Token("alice", lifetime: TimeSpan.FromSeconds(20))));

        _clock.Advance(TimeSpan.FromSeconds(22));

        (await client.CloseCodeAsync()).ShouldBe(1008);
    }

    [Fact]
    public async Task TokenThatIsRevoked_EndsItsConnectionAndOpensNoOther()
    {
        var token = Token("alice");
        await using var client = await RawClient.ConnectAsync(_gateway.Url, headers: Header(token));
        await using var bystander = await RawClient.ConnectAsync(_gateway.Url, headers: Header(Token("bob")));

        await _gateway.Services.GetRequiredService<IBus>().Publish(new TokenRevoked { Subject = "alice", At = _clock.GetUtcNow() });

        (await client.CloseCodeAsync()).ShouldBe(1008);
        await using var again = await RawClient.ConnectAsync(_gateway.Url, headers: Header(token));
        again.Answer.ShouldStartWith("HTTP/1.1 401");
        await bystander.SendTextAsync("""{"type":"ping"}""");
        await bystander.UntilAsync(0x1);
    }

    /// <summary>Whose event this replica never got: its line was down at that moment.</summary>
    [Fact]
    public async Task TokenThatIsRevoked_WithoutAnEvent_EndsItsConnectionToo()
    {
        await using var gateway = await GatewayHost.StartAsync(
            new Dictionary<string, string?> { ["Auth:SigningKey"] = Key, ["Connections:PingInterval"] = "00:30:00" }, clock: _clock);
        await gateway.Api.RevocationsAsked.WaitAsync(TimeSpan.FromSeconds(60));
        var token = Token("alice");
        await using var client = await RawClient.ConnectAsync(gateway.Url, headers: Header(token));

        gateway.Api.Revocations = [new TokenRevoked { Subject = "alice", At = _clock.GetUtcNow() }];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await gateway.Api.RevocationsAsked.WaitAsync(TimeSpan.FromMilliseconds(10), limit.Token))
            _clock.Advance(TimeSpan.FromSeconds(1)); // The pause begins some time after the answer; when, nobody tells.

        (await client.CloseCodeAsync()).ShouldBe(1008);
        await using var again = await RawClient.ConnectAsync(gateway.Url, headers: Header(token));
        again.Answer.ShouldStartWith("HTTP/1.1 401");
    }

    private async Task<string> TicketAsync(GatewayHost gateway, string user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/realtime/tickets");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token(user));
        using var answer = await gateway.Http.SendAsync(request);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("ticket").GetString()!;
    }

    private static string Header(string token) => $"Authorization: Bearer {token}\r\n";

    private static async Task<List<Guid>> GenerationsUntilAsync(RawClient client, Guid last)
    {
        var seen = new List<Guid>();
        while (!seen.Contains(last))
        {
            var frame = JsonDocument.Parse(await client.UntilAsync(0x1)).RootElement;
            if (frame.TryGetProperty("generationId", out var id))
                seen.Add(id.GetGuid());
        }

        return seen;
    }

    private string Token(string subject, string? scope = null, TimeSpan? lifetime = null, string key = Key)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        var expires = now + (lifetime ?? TimeSpan.FromHours(1));
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Claims = new Dictionary<string, object> { ["sub"] = subject, ["jti"] = Guid.NewGuid().ToString(), ["scope"] = scope ?? "" },
            IssuedAt = now,
            NotBefore = expires < now ? expires.AddHours(-1) : now,
            Expires = expires,
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)), SecurityAlgorithms.HmacSha256),
        });
    }

    // RFC 7519: nbf is optional.
    private string TokenWithoutNotBefore(string subject) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Claims = new Dictionary<string, object> { ["sub"] = subject },
            Expires = _clock.GetUtcNow().UtcDateTime.AddHours(1),
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Key)), SecurityAlgorithms.HmacSha256),
        });

    private static string Unsigned(string subject) =>
        $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{Base64UrlEncoder.Encode($$"""{"sub":"{{subject}}","exp":4102444800}""")}.";
}
