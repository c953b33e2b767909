using LockNGen.Web.Paging;

namespace LockNGen.Web.Tests.Paging;

public sealed class PageCursorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    public void After_ReadAgain_IsTheSameNumber(long number)
    {
        PageCursor.TryRead(PageCursor.After(number), out var read).ShouldBeTrue();

        read.ShouldBe(number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("123")]
    [InlineData("abc")]
    [InlineData("LTE")] // -1
    [InlineData("not base64!")]
    public void TryRead_WhatNoPageHasReturned_IsFalse(string cursor) => PageCursor.TryRead(cursor, out _).ShouldBeFalse();
}
