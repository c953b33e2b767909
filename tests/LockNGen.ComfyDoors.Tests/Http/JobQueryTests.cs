using LockNGen.ComfyDoors.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace LockNGen.ComfyDoors.Tests.Http;

public sealed class JobQueryTests
{
    [Fact]
    public void Nothing_IsTheNewestOfAll()
    {
        var query = Read("", out _)!;

        query.IsNewestFirst.ShouldBeTrue();
        (query.Limit, query.Offset, query.Statuses.Count).ShouldBe((null, 0, 0));
    }

    [Theory]
    [InlineData("?status=Completed,%20FAILED&sort_by=Created_At&sort_order=DESC&limit=5&offset=-3", true, false, 5, 0)]
    [InlineData("?sort_order=asc", false, true, null, 0)]
    [InlineData("?sort_by=execution_duration&offset=7", false, false, null, 7)]
    [InlineData("?workflow_id=w&status=", false, false, null, 0)]
    public void Fields_AreReadAsComfyUiReadsThem(string text, bool isNewestFirst, bool isAscending, int? limit, int offset)
    {
        var query = Read(text, out var error);

        error.ShouldBeEmpty();
        (query!.IsNewestFirst, query.IsAscending, query.Limit, query.Offset).ShouldBe((isNewestFirst, isAscending, limit, offset));
    }

    [Theory]
    [InlineData("?status=done,completed,lost", "Invalid status value(s): done, lost. Valid values: ")]
    [InlineData("?sort_by=name", "sort_by must be 'created_at' or 'execution_duration'")]
    [InlineData("?sort_order=up", "sort_order must be 'asc' or 'desc'")]
    [InlineData("?limit=abc", "limit must be an integer")]
    [InlineData("?limit=0", "limit must be a positive integer")]
    [InlineData("?limit=-1", "limit must be a positive integer")]
    [InlineData("?offset=1.5", "offset must be an integer")]
    public void WrongFields_AreRefusedInComfyUisWords(string text, string expected)
    {
        Read(text, out var error).ShouldBeNull();

        error.ShouldStartWith(expected);
    }

    private static JobQuery? Read(string text, out string error) => JobQuery.Read(new QueryCollection(QueryHelpers.ParseQuery(text)), out error);
}
